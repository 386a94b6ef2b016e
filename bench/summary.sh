#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `zdm summary`, cold start to exit, beside crash starting and quitting on the same dump and
# beside a plain pread of the same pages; one run, so that all see the same machine.
#   bench/summary.sh DUMP [VMLINUX]      (RUNS=9; B=build)
set -eu
B=${B:-build}
dump=${1:?usage: bench/summary.sh DUMP [VMLINUX]}
vmlinux=${2:-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$B/zdm" capsule --quiet "$dump" "$tmp/capsule"
set -- "${RUNS:-9}" "zdm summary" "$B/zdm" summary "$dump" \
    -- "pread of the same pages" "$B/bench/pread" "$dump" "$tmp/capsule"
if [ -n "$vmlinux" ] && command -v crash >/dev/null; then
    echo quit >"$tmp/quit"
    set -- "$@" -- "crash, start and quit" crash -s -i "$tmp/quit" "$vmlinux" "$dump"
else
    echo "bench: no vmlinux given or no crash installed: crash is left out" >&2
fi
"$B/bench/compare" "$@"

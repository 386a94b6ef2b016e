#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# fuzz-corpus.sh [NAME...]: tests/fuzz/corpus anew, of what it has, of the seeds that
# tests/fuzz-seeds.sh makes and of what $B/fuzz/corpus has gathered: for each target the
# smallest inputs that together run what all of them run, and those named found-*, which
# once made the target fall. At most 2 MiB in all.
set -eu
cd "$(dirname "$0")/.."
shopt -s nullglob

B=${B:-build}
corpus=tests/fuzz/corpus
work=$(mktemp -d "${TMPDIR:-/tmp}/zdm-corpus.XXXXXX")
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=256

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(sed -n 's/^TARGET(\(.*\))/\1/p' tests/fuzz/target/targets.def)
tests/fuzz-seeds.sh "$work/seeds"
mkdir -p $corpus
for name in "${names[@]}"; do
    mkdir -p "$work/$name" "$B/fuzz/corpus/$name"
    "$B/fuzz/$name" -merge=1 -timeout=60 -rss_limit_mb=2048 "$work/$name" "$work/seeds/$name" \
        "$B/fuzz/corpus/$name" >"$work/out" 2>&1 || { tail -5 "$work/out" >&2; exit 1; }
    for file in "$work/seeds/$name"/found-* "$B/fuzz/corpus/$name"/found-*; do cp "$file" "$work/$name"; done
    # one stream of a fixed order, so that the same inputs are the same file
    tar -C "$work/$name" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c . |
        xz -9e >"$corpus/$name.tar.xz"
    printf '%s: %d inputs, %d bytes\n' "$name" "$(find "$work/$name" -type f | wc -l)" \
        "$(stat -c %s "$corpus/$name.tar.xz")"
done
bytes=$(cat $corpus/*.tar.xz | wc -c)
echo "$bytes bytes in all"
[ "$bytes" -le $((2 << 20)) ] || { echo "fuzz-corpus: more than 2 MiB" >&2; exit 1; }

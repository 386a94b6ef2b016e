# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by every suite (tests/run-*.sh). A suite prints one line a test,
#   ok NAME | not ok NAME: WHY | skip NAME: WHY
# and nothing else on standard output; tests/run.sh adds them up. A suite that
# ends with another code than 0 failed as a whole.

B=${B:-build}
export B
work=$(mktemp -d "${TMPDIR:-/tmp}/zdm-suite.XXXXXX")
trap 'rm -rf "$work"' EXIT

# WHY is one line, and not endless.
one_line() {
    local text
    text=$(printf '%s' "$*" | tr '\n' ';' | tr -s ' \t' ' ')
    printf '%s' "${text:0:600}"
}
ok() { printf 'ok %s\n' "$1"; }
not_ok() {
    local name=$1
    shift
    printf 'not ok %s: %s\n' "$name" "$(one_line "$@")"
}
skip() {
    local name=$1
    shift
    printf 'skip %s: %s\n' "$name" "$(one_line "$@")"
}

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by every suite. A suite speaks TAP (testanything.org), a line a test,
#   ok NAME | not ok NAME: WHY | ok NAME # SKIP WHY
# and a plan, 1..N. The plan comes last and by itself, when the suite came to its end with exit
# code 0: one that stopped before has none. A suite that knows how many tests it has says so
# first (plan N). tests/run.sh adds up, and fails a suite that ran no test, has no plan, or not as many tests
# as its plan says. Comments begin with #.

B=${B:-build}
export B
work=$(mktemp -d "${TMPDIR:-/tmp}/zdm-suite.XXXXXX")
planned=
# A byte for each test: those in a pipeline or in the background count, too.
: >"$work/.said"
end_suite() {
    local rc=$?
    if [ $rc -eq 0 ] && [ -z "$planned" ]; then printf '1..%d\n' "$(wc -c <"$work/.said")"; fi
    rm -rf "$work"
}
trap end_suite EXIT

plan() {
    planned=$1
    printf '1..%d\n' "$planned"
}

# WHY is one line, and not endless.
one_line() {
    local text
    text=$(printf '%s' "$*" | tr '\n' ';' | tr -s ' \t' ' ')
    printf '%s' "${text:0:600}"
}
say() {
    printf . >>"$work/.said"
    printf '%s\n' "$1"
}
ok() { say "ok $1"; }
not_ok() {
    local name=$1
    shift
    say "not ok $name: $(one_line "$@")"
}
skip() {
    local name=$1
    shift
    say "ok $name # SKIP $(one_line "$@")"
}
# Lines of another program that are tests as they stand.
say_all() {
    local line
    while IFS= read -r line; do
        case $line in 'ok '* | 'not ok '*) say "$line" ;; esac
    done
}

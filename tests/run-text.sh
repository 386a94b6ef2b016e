#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-text.sh [NAME...]: every vmcore written as text against what a hand
# expects of it: through the instrumented library with a reader of our own, and
# through build/zdm on libkdumpfile. "#! exit N" in the .expected file is the
# exit code both must end with (0 if it does not say; 4 means no ranges at all).
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

texts=tests/vmcores/text
tools=$B/tests

# judge NAME WANTED-EXIT EXIT RANGES [-j]
judge() {
    local name=$1 want=$2 rc=$3 ranges=$4 out
    shift 4
    if [ "$rc" -ne "$want" ]; then
        not_ok "$name" "exit code $rc, expected $want: $(head -c 300 "$work/err")"
    elif [ "$want" -ge 2 ]; then
        # nothing but one line that says what is wrong
        if [ "$(wc -l <"$work/err")" -eq 1 ]; then ok "$name"; else
            not_ok "$name" "not one line: $(cat "$work/err")"; fi
    elif out=$("$tools/cmp_ranges" "$@" "$expected" "$ranges" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$out"
    fi
}

one() {
    local stem=$1 text=$texts/$1.txt want rc=0 out
    expected=$texts/$stem.expected
    if [ ! -e "$expected" ]; then
        not_ok "text/$stem" "nobody says what to expect: $expected is missing"
        return
    fi
    want=$(sed -n 's/^#! exit \([0-9]*\)$/\1/p' "$expected")
    want=${want:-0}
    if ! out=$("$tools/mkcore" -K tests/mkcore/kernels -P -l "$work/layout" -o "$work/core" "$text" \
        2>&1 >"$work/probes"); then
        not_ok "text/$stem" "$out"
        return
    fi
    # Is the vmcore well made? Somebody else's page walk must find everything,
    # unless breaking the page tables was the point ("#! tables broken"), or nobody else can walk
    # them ("#! tables alone": arm64's, by libkdumpfile 0.5.1).
    if ! grep -qE '^#! tables (broken|alone)' "$expected"; then
        if out=$("$tools/xlat_check" "$work/core" <"$work/probes" 2>&1); then
            ok "text/$stem/xlat"
        else
            not_ok "text/$stem/xlat" "$out"
        fi
    fi
    ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1 timeout 120 \
        "$B/asan/core_ranges" -l "$work/layout" "$work/core" >"$work/ranges" 2>"$work/err" || rc=$?
    judge "text/$stem/library" "$want" "$rc" "$work/ranges"
    if [ -x "$B/zdm" ]; then
        rc=0
        timeout 120 "$B/zdm" ranges --quiet --json --layout "$work/layout" "$work/core" \
            >"$work/json" 2>"$work/err" || rc=$?
        judge "text/$stem/zdm" "$want" "$rc" "$work/json" -j
    else
        skip "text/$stem/zdm" "$B/zdm is not built"
    fi
    rm -f "$work/core"
}

if [ $# -gt 0 ]; then
    for name; do one "$name"; done
else
    for text in "$texts"/*.txt; do
        name=${text##*/}
        one "${name%.txt}"
    done
    for expected in "$texts"/*.expected; do
        [ -e "${expected%.expected}.txt" ] || not_ok "text/${expected##*/}" "expects of no vmcore"
    done
fi

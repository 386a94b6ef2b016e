#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-scripts.sh [-t SECONDS] SCRIPT...: scripts that speak as tests/suite.sh has it, one
# after the other, in a given time: one that takes longer than SECONDS fails, or is skipped where all
# have to be done by RUN_UNTIL (seconds since 1970). An exit code of 77 skips a script, any other but 0
# fails it; so does one that says nothing, or does not come to its plan.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

limit=1800
if [ "${1:-}" = -t ]; then
    limit=$2
    shift 2
fi

one() {
    local script=$1 name rc=0 left=$limit nr planned
    name=${script#tests/}
    name=${name%.sh}
    if [ -n "${RUN_UNTIL:-}" ]; then
        left=$((RUN_UNTIL - $(date +%s)))
        if [ "$left" -le 0 ]; then
            skip "$name" "out of time"
            return
        fi
        [ "$left" -lt "$limit" ] || left=$limit
    fi
    timeout "$left" "$script" >"$work/out" 2>&1 || rc=$?
    grep -E '^(not )?ok ' "$work/out" >"$work/lines" || true
    nr=$(wc -l <"$work/lines")
    planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$work/out" | tail -n 1)
    say_all <"$work/lines"
    if [ $rc -eq 124 ] && [ "$left" -lt "$limit" ]; then
        skip "$name" "out of time after $left s"
    elif [ $rc -eq 77 ]; then
        grep -q '# SKIP' "$work/lines" || skip "$name" "$(tail -1 "$work/out")"
    elif [ $rc -ne 0 ]; then
        grep -q '^not ok' "$work/lines" || not_ok "$name" "exit code $rc: $(tail -3 "$work/out")"
    elif [ "$nr" -eq 0 ]; then
        not_ok "$name" "ran no test"
    elif [ "$nr" -ne "${planned:--1}" ]; then
        not_ok "$name" "did not come to its plan: ${planned:-none}, and $nr tests"
    fi
}

n=0
for script; do
    case $script in *-lib.sh) continue ;; esac
    [ -x "$script" ] || continue
    n=$((n + 1))
    one "$script"
done
[ $n -gt 0 ] || skip "scripts" "none of these is there: $*"

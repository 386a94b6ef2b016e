#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-scripts.sh [-t SECONDS] SCRIPT...: test scripts that are not suites
# themselves. Of what they print these lines count:
#   ok … | not ok … | skip …              as in tests/suite.sh
#   SKIP NAME: WHY | FAIL NAME: WHY
#   NAME: N passed, N failed              the sum of a script, counts as one test
# An exit code of 77 skips the script, any other but 0 fails it. RUN_UNTIL is a
# time (seconds since 1970) from when on scripts are skipped, or stopped.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

limit=1800
if [ "${1:-}" = -t ]; then
    limit=$2
    shift 2
fi

one() {
    local script=$1 name rc=0 line left=$limit
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
    while IFS= read -r line; do
        case $line in
        'ok '* | 'not ok '* | 'skip '*) printf '%s\n' "$line" ;;
        'SKIP '*) skip "$name" "${line#SKIP }" ;;
        'FAIL '*) not_ok "$name" "${line#FAIL }" ;;
        *[0-9]' passed, 0 failed'*)
            case $line in
            *': 0 passed,'*) ;;
            *) ok "$name (${line##*: })" ;;
            esac
            ;;
        esac
    done <"$work/out" >"$work/lines"
    cat "$work/lines"
    if [ $rc -eq 124 ] && [ "$left" -lt "$limit" ]; then
        skip "$name" "out of time after $left s"
    elif [ $rc -eq 77 ]; then
        grep -q '^skip' "$work/lines" || skip "$name" "$(tail -1 "$work/out")"
    elif [ $rc -ne 0 ]; then
        grep -q '^not ok' "$work/lines" || not_ok "$name" "exit code $rc: $(tail -3 "$work/out")"
    elif [ ! -s "$work/lines" ]; then
        # quiet success: the script's exit code is its result
        ok "$name"
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

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# run.sh COMMAND...: runs each suite (a shell command line) and adds up what it
# prints (TAP, tests/suite.sh). The last line is "N passed, N failed, N skipped".
# Exit code 1 if anything failed: also a suite that ran no test, that has no plan
# (1..N), or not the tests that its plan says.
# RUN_UNTIL: a time (seconds since 1970) from when on no suite is begun.
set -u

[ $# -gt 0 ] || { echo "usage: run.sh SUITE..." >&2; exit 2; }
# Suites that run make are no part of the make that runs us.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
passed=0 failed=0 skipped=0
summary=()

for suite; do
    printf '== %s\n' "$suite"
    if [ -n "${RUN_UNTIL:-}" ] && [ "$(date +%s)" -ge "$RUN_UNTIL" ]; then
        line="skip $suite: out of time"
        printf '%s\n' "$line"
        summary+=("$line")
        skipped=$((skipped + 1))
        continue
    fi
    start=$SECONDS n=0 planned="" ended=0
    while IFS= read -r line; do
        case $line in
        'ok '*' # SKIP '*)
            line=${line#ok }
            line="skip ${line%% # SKIP *}: ${line#* # SKIP }"
            skipped=$((skipped + 1)) n=$((n + 1))
            summary+=("$line")
            ;;
        'ok '*) passed=$((passed + 1)) n=$((n + 1)) ;;
        'not ok '*) failed=$((failed + 1)) n=$((n + 1)); summary+=("$line") ;;
        1..[0-9]*)
            planned=${line#1..}
            continue
            ;;
        'exit 0') continue ;;
        'exit '*)
            ended=1
            failed=$((failed + 1))
            line="not ok $suite: ended with ${line#exit }"
            summary+=("$line")
            ;;
        esac
        # Passing tests are many: they show with V=1 only.
        case $line in 'ok '*) [ -n "${V:-}" ] || continue ;; esac
        printf '%s\n' "$line"
    done < <(bash -c "$suite" 2>&1; echo "exit $?")
    if [ "$n" -eq 0 ]; then
        failed=$((failed + 1))
        summary+=("not ok $suite: ran no test")
    elif [ $ended -eq 0 ] && [ "$n" != "$planned" ]; then
        failed=$((failed + 1))
        summary+=("not ok $suite: did not come to its plan: ${planned:-none}, and $n tests")
    fi
    printf '   %d tests in %d s\n' "$n" $((SECONDS - start))
done

if [ ${#summary[@]} -gt 0 ]; then
    printf '\nNot passed:\n'
    printf '  %s\n' "${summary[@]}"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]

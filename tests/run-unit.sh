#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-unit.sh FLAVOUR PROGRAM...: cmocka programs, their TAP told as ours.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

flavour=$1
shift
[ $# -gt 0 ] || { skip "unit/$flavour" "no test programs"; exit 0; }
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

for prog; do
    name=$flavour/$(basename "$prog")
    rc=0
    timeout 300 "$prog" >"$work/out" 2>"$work/err" || rc=$?
    # cmocka says why in "#" lines after the verdict; a skipped test is "not ok N # SKIP"
    awk -v name="$name" '
        function flush() { if (bad != "") print "not ok " name ":" bad ": " substr(why, 1, 500); bad = "" }
        /^#/ { why = why " " substr($0, 2); next }
        /^(not )?ok [0-9]+ *# SKIP/ {
            flush(); sub(/.*# SKIP */, "")
            print "ok " name ":" $0 " # SKIP " (said ? said : "it does not say why"); n++; next }
        /^ok / { flush(); sub(/^ok [0-9]* *-? */, ""); print "ok " name ":" $0; n++; next }
        /^not ok / { flush(); sub(/^not ok [0-9]* *-? */, ""); bad = $0; why = ""; n++; next }
        /^1\.\.[0-9]+/ { planned = substr($0, 4) + 0; next }
        # what a test prints before it skips is the reason
        { said = $0; sub(/^SKIPPED: */, "", said) }
        END {
            flush()
            if (!n) print "not ok " name ": reported no test"
            else if (n != planned) print "not ok " name ": planned " planned + 0 " tests, ran " n
        }' "$work/out" >"$work/lines"
    say_all <"$work/lines"
    complaint=$(grep -m3 -E 'ERROR: |runtime error|SUMMARY' "$work/err" || true)
    if [ -n "$complaint" ]; then
        not_ok "$name:sanitizers" "$complaint"
        sed 's/^/    /' "$work/err" | head -40 >&2
    elif [ $rc -ne 0 ] && ! grep -q '^not ok' "$work/lines"; then
        not_ok "$name" "exit code $rc: $(tail -3 "$work/err")"
    fi
done

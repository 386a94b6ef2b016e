#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016 # what the planted suites say is theirs to expand
# Suite: what tests/run.sh and its helpers make of suites that are silent, stop half-way, do not keep
# their plan, or fail. Each is planted here; what fails must never pass.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

# planted NAME BODY: a suite of that body
planted() {
    printf '#!/bin/bash\nset -eu\n. tests/suite.sh\n%s\n' "$2" >"$work/$1"
    chmod +x "$work/$1"
}
sum() { tail -n 1 <<<"$1"; }

# judged NAME BODY SUM [WHY]: by run.sh itself, and the same through run-scripts.sh
judged() {
    local name=$1 want=$3 why=${4:-} out rc=0
    planted "$name" "$2"
    out=$(tests/run.sh "$work/$name" 2>&1) || rc=$?
    case $want in *' 0 failed,'*) [ $rc -eq 0 ] || out="exit code $rc" ;; *) [ $rc -eq 1 ] || out="exit code $rc" ;; esac
    if [ "$(sum "$out")" = "$want" ] && grep -q -- "$why" <<<"$out"; then ok "protocol/$name"; else
        not_ok "protocol/$name" "$out"; fi
    out=$(tests/run.sh "tests/run-scripts.sh $work/$name" 2>&1) || true
    if [ "$(sum "$out")" = "$want" ] && grep -q -- "$why" <<<"$out"; then ok "protocol/$name/scripts"; else
        not_ok "protocol/$name/scripts" "$out"; fi
}

judged good 'ok a; ok b; skip c "not here"' '2 passed, 0 failed, 1 skipped' 'skip c: not here'
judged bad 'ok a; not_ok b "1 is not 2"' '1 passed, 1 failed, 0 skipped' 'not ok b: 1 is not 2'
judged silent ':' '0 passed, 1 failed, 0 skipped' 'ran no test'
judged silent-sum 'echo "silent: 12 passed, 0 failed"' '0 passed, 1 failed, 0 skipped' 'ran no test'
judged dies 'ok a; false; ok b' '1 passed, 1 failed, 0 skipped' 'ended with 1\|exit code 1'
judged short 'plan 3; ok a; ok b; exit 0; ok c' '2 passed, 1 failed, 0 skipped' 'did not come to its plan: 3, and 2'
judged long 'plan 1; ok a; ok b' '2 passed, 1 failed, 0 skipped' 'did not come to its plan: 1, and 2'
judged killed 'ok a; kill -9 $$' '1 passed, 1 failed, 0 skipped' 'ended with 137\|exit code 137'
judged piped 'printf "%s\n" a b | while read -r t; do ok "$t"; done; (ok c); ok d &
wait' '4 passed, 0 failed, 0 skipped'
judged others 'printf "ok x\nnot ok y: no\n# a remark\n1..2\n" | say_all' '1 passed, 1 failed, 0 skipped' 'not ok y: no'

# What run-unit.sh makes of a program that ends before its plan, or says nothing.
unit() {
    printf '#!/bin/sh\nprintf "%s"\n' "$2" >"$work/$1"
    chmod +x "$work/$1"
    tests/run-unit.sh planted "$work/$1" | grep -v '^1\.\.' || true
}
out=$(unit short '1..3\nok 1 - a\nok 2 - b\n')
if grep -q '^not ok planted/short: planned 3 tests, ran 2$' <<<"$out"; then ok protocol/unit-short; else
    not_ok protocol/unit-short "$out"; fi
out=$(unit none '')
if [ "$out" = "not ok planted/none: reported no test" ]; then ok protocol/unit-silent; else
    not_ok protocol/unit-silent "$out"; fi
out=$(unit whole '1..2\nok 1 - a\nok 2 - b\n')
if [ "$out" = "$(printf 'ok planted/whole:a\nok planted/whole:b')" ]; then ok protocol/unit-whole; else
    not_ok protocol/unit-whole "$out"; fi

# Somebody else's reader of TAP, where there is one.
if command -v prove >/dev/null; then
    planted good 'ok a; ok b'
    if out=$(prove -e '' "$work/good" 2>&1); then ok protocol/prove; else not_ok protocol/prove "$out"; fi
    planted short 'plan 3; ok a'
    if out=$(prove -e '' "$work/short" 2>&1); then not_ok protocol/prove-short "$out"; else ok protocol/prove-short; fi
else
    skip protocol/prove "no prove here"
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-lab.sh KERNEL SCENARIO...: makes the real vmcores in QEMU (or takes
# those in LABDIR) and compares what zdm says of every dump with what the kernel
# itself testified (expected.txt), PFN for PFN.
# LAB_DEADLINE: seconds after which no further scenario is begun.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

LABDIR=${LABDIR:-$B/lab}
export LABDIR
kernel=$1
shift
if [ "$kernel" = 7.x ]; then
    kernel=$(sed -n 's/^\(7\.[0-9]*\)[[:space:]].*/\1/p' tests/vmcores/lab/kernels.tab | sort -V | tail -1)
fi

compare_dump() {
    local name=$1 dir=$2 dump=$3 rc=0 out opts=()
    mapfile -t opts < <(tests/lab-layout.sh "$dir")
    timeout 600 "$B/zdm" ranges --quiet --json "${opts[@]}" "$dir/$dump" \
        >"$work/json" 2>"$work/err" || rc=$?
    if [ $rc -gt 1 ]; then
        not_ok "$name/$dump" "exit code $rc: $(head -c 300 "$work/err")"
    elif out=$(tests/lab-judge.sh "$dir" "$work/json" 2>&1); then
        ok "$name/$dump"
        printf '#  %s: %s\n' "$name/$dump" "$out"
    else
        not_ok "$name/$dump" "$out"
    fi
}

for scenario; do
    name=lab/$kernel/$scenario
    dir=$LABDIR/$kernel/$scenario
    if [ ! -e "$dir/.done" ]; then
        if [ -n "${LAB_DEADLINE:-}" ] && [ $SECONDS -gt "$LAB_DEADLINE" ]; then
            skip "$name" "out of time after $SECONDS s"
            continue
        fi
        if ! tests/vmcores/lab/lab.sh run "$kernel" "$scenario" >"$work/lab" 2>&1; then
            if grep -q 'cannot show' "$work/lab"; then
                skip "$name" "$(grep 'cannot show' "$work/lab")"
            else
                not_ok "$name" "the lab could not make it: $(tail -3 "$work/lab")"
            fi
            continue
        fi
    fi
    if [ ! -s "$dir/expected.txt" ]; then
        not_ok "$name" "no expected.txt"
        continue
    fi
    n=0
    for dump in "$dir"/dump.* "$dir"/vmcore "$dir"/vmcore.makedumpfile; do
        [ -e "$dump" ] || continue
        n=$((n + 1))
        compare_dump "$name" "$dir" "${dump##*/}"
    done
    [ $n -gt 0 ] || not_ok "$name" "no dump in $dir"
done

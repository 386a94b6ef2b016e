#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-routes.sh KERNEL SCENARIO...: other ways to the same answer, on the lab's dumps (made by
# run-lab.sh before): the debug vmlinux instead of what the dump holds, a capsule instead of the dump,
# and the dump after makedumpfile -d 31 in each of its formats. Verdicts must not change because pages
# that are no evidence are gone; and nothing of a user's may be found in a capsule.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tests/suite.sh
. tests/suite.sh

LABDIR=${LABDIR:-$B/lab}
kernel=$1
shift
if [ "$kernel" = 7.x ]; then
    kernel=$(sed -n 's/^\(7\.[0-9]*\)[[:space:]].*/\1/p' tests/vmcores/lab/kernels.tab | sort -V | tail -1)
fi
vmlinux=$LABDIR/cache/$kernel/vmlinux

# json OUT [zdm options] DUMP: the object without what names the file and the route, a line a member
json() {
    local out=$1 rc=0
    shift
    timeout 600 "$B/zdm" ranges --quiet --json "$@" >"$work/raw" 2>"$work/err" || rc=$?
    [ $rc -le 1 ] || { head -c 300 "$work/err" >"$out"; return 1; }
    sed -E 's/"vmcore":"[^"]*",//; s/"sources":\{[^}]*\},//; s/\},\{/},\n{/g' "$work/raw" >"$out"
}

same() {
    local name=$1
    shift
    if ! json "$work/other" "$@"; then
        not_ok "$name" "$(cat "$work/other")"
    elif diff "$work/plain" "$work/other" >"$work/diff"; then
        ok "$name"
    else
        not_ok "$name" "$(head -5 "$work/diff")"
    fi
}

# Classes and validity against the testimony: what the dump lacks may change where a memmap is found.
judged() {
    local name=$1 out rc=0
    shift
    timeout 600 "$B/zdm" ranges --quiet --json "$@" >"$work/raw" 2>"$work/err" || rc=$?
    if [ $rc -gt 1 ]; then
        not_ok "$name" "exit code $rc: $(head -c 300 "$work/err")"
    elif out=$(tests/lab-judge.sh "$dir" "$work/raw" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$out"
    fi
}

# A makedumpfile that does not know the kernel drops pages that are evidence (1.7.2 takes slab pages of
# 7.x for user data). Then only unknown may stand where a verdict stood, and what is missing is named.
judged_in_part() {
    local name=$1 out rc=0
    shift
    timeout 600 "$B/zdm" ranges --json "$@" >"$work/raw" 2>"$work/err" || rc=$?
    if [ $rc -gt 1 ]; then
        not_ok "$name" "exit code $rc: $(head -c 300 "$work/err")"
    elif out=$(tests/lab-judge.sh "$dir" "$work/raw" 2>&1); then
        ok "$name"
    elif grep '^pfn ' <<<"$out" | grep -qv ': unknown unknown '; then
        not_ok "$name" "$out"
    elif ! grep -qE 'ffff[0-9a-f]{12}.*unreadable' "$work/err"; then
        not_ok "$name" "unknown, but the missing page is not named: $(head -c 300 "$work/err")"
    else
        ok "$name"
    fi
}

capsule_route() {
    local name=$1 marker
    if ! "$B/zdm" capsule --quiet --force "${opts[@]}" "$dir/$dump" "$work/capsule" 2>"$work/err"; then
        not_ok "$name" "$(head -c 300 "$work/err")"
        return
    fi
    same "$name/json" "$work/capsule"
    sed -n 's/^marker //p' "$dir/state.txt" >"$work/markers"
    if [ ! -s "$work/markers" ] || ! grep -qaFf "$work/markers" "$dir/$dump"; then
        not_ok "$name/private" "the markers are not in the dump itself: this shows nothing"
    elif marker=$(strings -a "$work/capsule" | grep -Ff "$work/markers"); then
        not_ok "$name/private" "found $marker"
    else
        ok "$name/private"
    fi
}

filtered_route() {
    local name=$1 f how
    for f in -c -l -p -z; do
        rm -f "$work/filtered"
        if makedumpfile $f -d 31 "$dir/$dump" "$work/filtered" >"$work/log" 2>&1; then
            how=judged
            ! grep -q 'kernel version is not supported' "$work/log" || how=judged_in_part
            $how "$name$f" "${opts[@]}" "$work/filtered"
        else
            # peers fail on some of these dumps, which is why zdm exists; but say so
            skip "$name$f" "stock makedumpfile: $(tail -2 "$work/log")"
        fi
    done
}

# A split set is read joined, and by any of its files; one of them alone says what it is.
split_route() {
    local name=$1 rc=0 how
    rm -f "$work"/part{1,2} "$work/joined"
    if ! makedumpfile --split -l -d 31 "$dir/$dump" "$work/part1" "$work/part2" >"$work/log" 2>&1 ||
        ! makedumpfile --reassemble "$work/part1" "$work/part2" "$work/joined" >>"$work/log" 2>&1; then
        skip "$name" "stock makedumpfile: $(tail -2 "$work/log")"
        return
    fi
    how=judged
    ! grep -q 'kernel version is not supported' "$work/log" || how=judged_in_part
    $how "$name/joined" "${opts[@]}" "$work/joined"
    $how "$name/unjoined" "${opts[@]}" "$work/part2"
    rm "$work/part1"
    "$B/zdm" summary "${opts[@]}" "$work/part2" >"$work/raw" 2>"$work/err" || rc=$?
    if [ $rc -gt 0 ] && grep -q 'one file of a split set.*--reassemble' "$work/err"; then
        ok "$name/part"
    else
        not_ok "$name/part" "exit code $rc: $(head -c 300 "$work/err")"
    fi
}

for scenario; do
    dir=$LABDIR/$kernel/$scenario
    name=routes/$kernel/$scenario
    [ -e "$dir/.done" ] || { skip "$name" "the lab has not made it"; continue; }
    dump=dump.elf
    [ ! -e "$dir/vmcore" ] || dump=vmcore
    mapfile -t opts < <(tests/lab-layout.sh "$dir")
    json "$work/plain" "${opts[@]}" "$dir/$dump" || { not_ok "$name" "$(cat "$work/plain")"; continue; }
    if [ -e "$vmlinux" ]; then
        same "$name/vmlinux" --vmlinux "$vmlinux" "$dir/$dump"
    else
        skip "$name/vmlinux" "no debug vmlinux: make lab-vmlinux KERNEL=$kernel"
    fi
    capsule_route "$name/capsule"
    if ! command -v makedumpfile >/dev/null; then
        skip "$name/filtered" "makedumpfile is not installed"
    elif [ "$dump" = vmcore ]; then
        filtered_route "$name/filtered"
        split_route "$name/split"
    fi
done

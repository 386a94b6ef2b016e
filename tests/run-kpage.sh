#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-kpage.sh KERNEL [SCENARIO]: zdm kpage against what the guest's own
# /proc/kpageflags, kpagecount and kpagecgroup said until the machine was
# stopped, for every page of RAM that was not in use just then.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

LABDIR=${LABDIR:-$B/lab}
export LABDIR
kernel=$1
scenario=${2:-fsdax-dev}
name=kpage/$kernel/$scenario
dir=$LABDIR/$kernel/kpage-$scenario
src=tests/vmcores/lab/kpage

if [ ! -e "$dir/.done" ]; then
    if ! ${CC:-gcc} -O2 -static -o "$work/kpage_snap" $src/kpage_snap.c 2>"$work/err"; then
        skip "$name" "cannot link statically: $(cat "$work/err")"
        exit 0
    fi
    # some rounds of snapshots after everything else in the guest has ended
    if ! LAB_SETTLE=${LAB_SETTLE:-10} LAB_NAME=kpage-$scenario LAB_GUEST_EXTRA="$work/kpage_snap $src/guest-extra.sh" \
        tests/vmcores/lab/lab.sh run "$kernel" "$scenario" >"$work/lab" 2>&1; then
        not_ok "$name" "the lab could not make it: $(tail -3 "$work/lab")"
        exit 0
    fi
fi
pfn=$(cat "$dir/extra/kpage")
# a kernel whose dumps carry no symbols comes with those of its guest
mapfile -t opts < <(tests/lab-layout.sh "$dir")
if ! "$B/zdm" kpage -q -f "${opts[@]}" --save "$work/saved" "$dir/dump.elf" 2>"$work/err"; then
    not_ok "$name" "zdm kpage --save: $(cat "$work/err")"
elif "$B/tests/cmp_kpage" ${opts[1]:+-l "${opts[1]}"} -s "$work/saved" "$dir/dump.elf" "$pfn" >"$work/out" 2>&1; then
    ok "$name"
    sed 's/^/#  /' "$work/out"
else
    not_ok "$name" "$(tail -n 5 "$work/out")"
    sed 's/^/#  /' "$work/out"
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-capsules.sh [KERNEL/NAME...]: the capsules of real dumps, tests/vmcores/KERNEL/*.elf.xz, against the ranges
# that the lab derived from the kernel's own testimony when it made the dump
# (NAME.expected beside NAME.elf.xz). Also the real 5.3.0 dump of 2019's oops, if
# ../shared/vmcores is there.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
shopt -s nullglob

tools=$B/tests

# compare NAME STEM CORE [zdm options]
compare() {
    local name=$1 stem=$2 core=$3 rc=0 out
    shift 3
    timeout 300 "$B/zdm" ranges --quiet --json "$@" "$core" >"$work/json" 2>"$work/err" || rc=$?
    if [ $rc -gt 1 ]; then
        not_ok "$name" "exit code $rc: $(head -c 300 "$work/err")"
    elif out=$(tests/lab-judge.sh "$stem" "$work/json" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$out"
    fi
}

# boot_ram NAME STEM CORE: "nothing but RAM from boot" is said only where the kernel
# knows of nothing else in its sections, and of every plain machine whose dump names
# kallsyms.
boot_ram() {
    local said other
    said=$(timeout 60 "$tools/core_ranges" -b "$3" 2>&1) || true
    other=$(awk 'FNR == NR { if ($1 == "run" && $4 == "present=1") { start[++n] = $2; end[n] = $3 } next }
        $3 != "online" && $3 != "absent" && $3 != "boothole" {
            for (i = 1; i <= n; i++) if (start[i] < $2 && $1 < end[i]) { print $3; next } }' \
        "$2.testimony" "$2.expected" | sort -u | tr '\n' ' ')
    case $1:$said:$other in
    # with 52 bits of physical addresses the table of sections goes on far beyond the highest, where a
    # capsule ends: without kallsyms nobody knows which that is
    */*-arm64*/ram:no:*) skip "$1/boot-ram" "this capsule lacks the end of the table of sections" ;;
    */5.*:no:* | *:yes:) ok "$1/boot-ram ($said)" ;;
    */ram:no: | */highram:no: | *:yes:?*) not_ok "$1/boot-ram" "says $said, there is ${other:-nothing else}" ;;
    *:no:*) ok "$1/boot-ram ($said)" ;;
    *) not_ok "$1/boot-ram" "$said" ;;
    esac
}

[ -x "$B/zdm" ] || { skip capsules "$B/zdm is not built"; exit 0; }
capsules=("${@/#/tests/vmcores/}")
capsules=("${capsules[@]/%/.elf.xz}")
[ $# -gt 0 ] || capsules=(tests/vmcores/[0-9]*/*.elf.xz)
[ ${#capsules[@]} -gt 0 ] || skip capsules "no tests/vmcores/KERNEL/*.elf.xz"
for capsule in "${capsules[@]}"; do
    stem=${capsule%.elf.xz}
    name=capsule/${stem#tests/vmcores/}
    if [ ! -e "$stem.expected" ]; then
        not_ok "$name" "$stem.expected is missing"
        continue
    fi
    xz -dc "$capsule" >"$work/core"
    compare "$name" "$stem" "$work/core"
    boot_ram "$name" "$stem" "$work/core"
done

[ $# = 0 ] || exit 0
shared=../shared/vmcores
if [ -e $shared/5.3.0-kpageflags-oops.elf.xz ]; then
    xz -dc $shared/5.3.0-kpageflags-oops.elf.xz >"$work/core"
    compare capsule/5.3.0-oops tests/vmcores/5.3.0-kpageflags-oops "$work/core" \
        --layout $shared/5.3.0.layout
else
    skip capsule/5.3.0-oops "$shared/5.3.0-kpageflags-oops.elf.xz is not there"
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# fixtures.sh [KERNEL/SCENARIO…]: make the capsules in tests/vmcores/KERNEL/ from the dumps in LABDIR (all of
# them if none is named). Each comes with the testimony, the expected ranges derived from it, and a
# note on how it was made. Needs build/zdm.
set -eu
cd "$(dirname "$0")/../../.."
B=${B:-build}
LABDIR=${LABDIR:-$B/lab}
limit_kib=1024

note() {
    local kernel=$1 scenario=$2 dump=$3 dir=$4 table=tests/vmcores/lab/scenarios.tab
    [[ $kernel != *-arm64* ]] || table=tests/vmcores/lab/scenarios-arm64.tab
    cat <<TEXT
Capsule of a real vmcore: kernel $(sed -n 's/^release //p' "$dir/testimony.txt"), scenario $scenario.

    make lab KERNEL=$kernel SCENARIO=$scenario      # $dump
    zdm capsule $dump $scenario.elf && xz -9e $scenario.elf

Scenario, as in $table (name, RAM, media, QEMU arguments, kernel arguments, needs, function):
    $(grep -P "^${scenario%+kdump}\t" $table | tr '\t' ';')

Packages:
$(sed 's/^/    /' "$dir/packages.txt")

$scenario.testimony is what the kernel's own module said before the dump, $scenario.expected what
tests/vmcores/lab/expect.py derived from it and from the guest's sysfs; zdm has no part in either.
TEXT
}

make_one() {
    local kernel=${1%%/*} scenario=${1#*/} dir=$LABDIR/$1 out dump=dump.elf opts=()
    out=tests/vmcores/$kernel/$scenario
    [ -e "$dir/$dump" ] || dump=dump.kdump
    [ ! -e "$dir/vmcore" ] || dump=vmcore
    tests/lab-layout.sh "$dir" >"$dir/options"
    mapfile -t opts <"$dir/options"
    mkdir -p "tests/vmcores/$kernel"
    "$B/zdm" capsule --quiet --force "${opts[@]}" "$dir/$dump" "$out.elf.new" || [ $? = 1 ]
    # one that does not bear out its own testimony is not shipped
    "$B/zdm" ranges --quiet --json "$out.elf.new" >"$dir/capsule.json" || [ $? = 1 ]
    tests/lab-judge.sh "$dir" "$dir/capsule.json" || { echo "$1: the capsule disagrees" >&2; exit 1; }
    mv "$out.elf.new" "$out.elf"
    xz -9ef "$out.elf"
    cp "$dir/expected.txt" "$out.expected"
    cp "$dir/testimony.txt" "$out.testimony"
    # what more than the testimony's words rules out; most have nothing
    rm -f "$out.never"
    [ ! -s "$dir/never.txt" ] || cp "$dir/never.txt" "$out.never"
    note "$kernel" "$scenario" "$dump" "$dir" >"$out.txt"
    [ "$(du -k "$out.elf.xz" | cut -f1)" -le $limit_kib ] || { echo "$out.elf.xz is too large" >&2; exit 1; }
}

if [ $# = 0 ]; then
    mapfile -t all < <(cd "$LABDIR" && find . -mindepth 3 -maxdepth 3 -name .done ! -path './cache/*' |
        sed 's#^\./##; s#/\.done##' | sort)
    set -- "${all[@]}"
fi
for one; do
    make_one "$one"
done
du -sh tests/vmcores/[0-9]*

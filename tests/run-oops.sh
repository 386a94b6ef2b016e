#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: zdm oops on texts of oopses (tests/vmcores/oops) and vmcores written as
# text; and on the real dump and the real report of 2019, if ../shared is there.
# What each must say is written here by hand.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

[ -x "$B/zdm" ] || { skip oops "$B/zdm is not built"; exit 0; }

# says NAME CORE LAYOUT OOPS LINE...: every LINE is one of the output, as it stands;
# "-LINE" must not be there. pgmap addresses are the compiler's: KADDR in both.
says() {
    local name=$1 core=$2 layout=$3 oops=$4 rc=0 line
    shift 4
    "$B/zdm" oops --quiet --layout "$layout" --text "$oops" "$core" >"$work/out" 2>"$work/err" || rc=$?
    if [ $rc -ne 0 ]; then
        not_ok "$name" "exit code $rc: $(cat "$work/err")"
        return
    fi
    sed -i 's/pgmap ffff[0-9a-f]*/pgmap KADDR/' "$work/out"
    for line; do
        if [ "${line#-}" != "$line" ]; then
            grep -qF -- "${line#-}" "$work/out" || continue
            not_ok "$name" "says '${line#-}': $(cat "$work/out")"
            return
        elif ! grep -qxF -- "$line" "$work/out"; then
            not_ok "$name" "does not say '$line': $(cat "$work/out")"
            return
        fi
    done
    ok "$name"
}

core() {
    "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/$1.layout" -o "$work/$1" \
        "tests/vmcores/text/$1.txt" || { not_ok "oops/$1" "cannot be compiled"; exit 0; }
}

reserved='reserved (case 5), never initialised, first page of the altmap reserve of pgmap KADDR (fs_dax); a walker read it without pfn_to_online_page()/pgmap check.'
of_2019="RDI ffffd07489000000 (also RBP; R12 holds its pfn) is the struct page of pfn 0x240000: $reserved"
of_530="RDI ffffea0004000000 (also R13) is the struct page of pfn 0x100000: $reserved"
held='  It begins ffffffffffffffff ffffffffffffffff; the first word, its flags, is in RBX; what the second takes for a head page is in fault address, RAX, CR2.'

core oops-2019
core oops-5.3.0
says oops/2019 "$work/oops-2019" "$work/oops-2019.layout" tests/vmcores/oops/2019.txt "$of_2019" \
    '  The dump does not hold that struct page.' '-No finding'
says oops/5.3.0 "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/5.3.0.txt \
    "$of_530" "$held" '-0x100000 holds' '-RBX holds'
# another kernel's addresses: nothing is where the oops of 2019 says
says oops/2019-elsewhere "$work/oops-5.3.0" "$work/oops-5.3.0.layout" \
    tests/vmcores/oops/2019.txt \
    'No finding: none of these 17 words points to a struct page that must not be believed.'
says oops/hole "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/hole.txt \
    "RDI ffffea00043f8000 (also fault address, CR2; RBX holds its pfn, RCX holds its physical address) is the struct page of pfn 0x10fe00: hole (case 3), its sub-section is not populated, no memmap is mapped; a walker read it without pfn_valid() check."
says oops/plain "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/plain.txt \
    'No finding: none of these 19 words points to a struct page that must not be believed.' \
    '  RBX            ffffea0000040000  the struct page of pfn 0x1000: online, memmap valid' \
    '  R12            0000000000100000  as a number, pfn 0x100000: reserved (case 5); proves nothing alone' \
    '  R13            0000000100000000  as a physical address, pfn 0x100000: reserved (case 5); proves nothing alone' \
    '-RCX' '-R09' '-R10' '-R14'

rc=0
echo 'nothing of the kind' | "$B/zdm" oops --layout "$work/oops-2019.layout" --text - \
    "$work/oops-2019" >"$work/out" 2>"$work/err" || rc=$?
if [ $rc -eq 4 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ]; then
    ok oops/no-registers
else
    not_ok oops/no-registers "exit code $rc: $(cat "$work/out" "$work/err")"
fi

shared=../shared
if [ -e $shared/seed-lkml-2019-09-09.txt ]; then
    says oops/lkml-2019-09-09 "$work/oops-2019" "$work/oops-2019.layout" \
        $shared/seed-lkml-2019-09-09.txt "$of_2019"
else
    skip oops/lkml-2019-09-09 "$shared/seed-lkml-2019-09-09.txt is not there"
fi
if [ -e $shared/vmcores/5.3.0-kpageflags-oops.elf.xz ]; then
    xz -dc $shared/vmcores/5.3.0-kpageflags-oops.elf.xz >"$work/real"
    says oops/real-5.3.0 "$work/real" $shared/vmcores/5.3.0.layout \
        $shared/vmcores/5.3.0-kpageflags-oops.txt "$of_530" "$held"
else
    skip oops/real-5.3.0 "$shared/vmcores/5.3.0-kpageflags-oops.elf.xz is not there"
fi

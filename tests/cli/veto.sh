#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the bytes of a struct page have a veto at every front door that asks about one: pfn, kpage,
# oops (crash -p and GDB's commands call what pfn calls: frontends/crash-same, frontends/gdb-same).
# Structure says valid each time; no such page is called valid, nor shown as if it were data.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# doors NAME PFN VALID WORDS: the struct page is vetoed in these words
doors() {
    local name=$1 pfn=$2 valid=$3 words=$4 kaddr
    kaddr=$(printf 'ffffea%010x' $((pfn * 64)))
    run pfn --layout "$layout" "$core" "$pfn"
    if grep -Eq "structure says valid, its bytes .*$words" "$work/out" && ! grep -Eq 'memmap valid(,|$)' "$work/out" &&
        ! grep -Eq '^ +(zone|refcount|flags) ' "$work/out"; then ok "$name/pfn"; else
        not_ok "$name/pfn" "$(cat "$work/out")"; fi
    # a device whose struct page nobody wrote is not the list's device memory, which is initialised
    if ! grep -q 'case 2' "$work/out" && grep -q '^  reason    by structure: ' "$work/out"; then
        ok "$name/pfn/words"; else not_ok "$name/pfn/words" "$(cat "$work/out")"; fi
    run pfn --json --layout "$layout" "$core" "$kaddr"
    if grep -q "\"valid\":\"$valid\",\"case\":null,.*\"structure\":\"yes\",.*\"struct_page\":null" "$work/out"
    then ok "$name/pfn/json"; else not_ok "$name/pfn/json" "$(cat "$work/out")"; fi
    run kpage --layout "$layout" "$core" "$pfn"
    # no row of flags: it is in none of the pages that have any
    if grep -q '^0x' "$work/out"; then not_ok "$name/kpage" "$(cat "$work/out")"; else ok "$name/kpage"; fi
    if grep -q 'by structure, but the bytes speak against it' "$work/out"; then ok "$name/kpage/words"; else
        not_ok "$name/kpage/words" "$(cat "$work/out")"; fi
    cat >"$work/oops" <<END
[   12.0] BUG: unable to handle page fault for address: 0000000000000010
[   12.0] CPU: 0 PID: 588 Comm: kpf Not tainted 5.15.0 #1
[   12.0] RIP: 0010:stable_page_flags+0x1b/0x410
[   12.0] RAX: 0000000000000000 RBX: 0000000000000000 RCX: 0000000000000000
[   12.0] RDX: 0000000000000000 RSI: 0000000000000001 RDI: $kaddr
END
    run oops --layout "$layout" --text "$work/oops" "$core"
    if grep -q "RDI .*memmap $([ "$valid" = no ] && echo invalid || echo unknown)" "$work/out" &&
        ! grep -Eq 'memmap valid(,|$)|case 2' "$work/out"; then ok "$name/oops"; else
        not_ok "$name/oops" "$(cat "$work/out")"; fi
}

for byte in 0xff 0xfd 0x5a 0x01 0x80 0x00; do
    { text_of_5_15; echo "pages 0x100..0x101 fill=$byte"; echo "pages 0xd000..0xd001 fill=$byte"; } | make_core -
    word="every byte is $byte"
    [ "$byte" != 0x00 ] || word='every byte is zero'
    doors "online/$byte" 0x100 no "say never initialised: $word"
    doors "device/$byte" 0xd000 no "say never initialised: $word"
done
# what this kernel cannot have, in struct pages that are sound otherwise
{ text_of_5_15; echo 'pages 0x100..0x101 online zone=7'; } | make_core -
doors zone 0x100 no 'its zone would be 7, and this kernel has none'
{ text_of_5_15; echo 'pages 0x100..0x101 online node=1023'; } | make_core -
doors node 0x100 no 'its node would be 1023, and this machine has none'
# a tail of nothing, and a count that no kernel leaves
{ text_of_5_15; echo 'poke page:0x100+8 0xffffea0000008001'; } | make_core -
doors head 0x100 no 'a tail of'
{ text_of_5_15; echo 'poke page:0x100+52 0x80000001 bytes=4'; } | make_core -
doors refcount 0x100 unknown 'reference count'
# of another class
{ text_of_5_15; echo 'pages 0xd000..0xd001 online'; } | make_core -
doors device/ram 0xd000 unknown 'not in ZONE_DEVICE'
{ text_of_5_15; echo 'pages 0x100..0x101 device=pmem0'; } | make_core -
doors online/device 0x100 unknown 'in ZONE_DEVICE'

# and a sound one passes through each of them
text_of_5_15 | make_core -
run pfn --layout "$layout" "$core" 0x100
if grep -q 'memmap valid' "$work/out" && grep -q '^ *refcount ' "$work/out"; then ok sound/pfn; else
    not_ok sound/pfn "$(cat "$work/out")"; fi
run pfn --layout "$layout" "$core" 0xd000
shows sound/device 'memmap valid, case 2'

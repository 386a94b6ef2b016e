#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: single page frames: the bytes of a struct page have a veto, and every way
# to write a page frame means one. What can stand in a struct page is the kernel's
# (include/linux/mm_types.h, page-flags-layout.h), never taken from our own output.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# RAM, a device with an altmap, and something broken
base() {
    cat tests/vmcores/text/5.15-collision.txt
}

# verdict NAME PFN WORDS [FOUND]: what the verdict line says; FOUND is in the line of the bytes
verdict() {
    local name=$1 pfn=$2 words=$3 found=${4:-}
    run pfn -q --layout "$layout" "$core" "$pfn"
    if ! grep -q "^  verdict   $words" "$work/out"; then
        not_ok "$name" "no '$words' in: $(cat "$work/out" "$work/err")"
    elif [ -n "$found" ] && ! grep -Eq "^  bytes     .*$found" "$work/out"; then
        not_ok "$name" "no '$found' in: $(cat "$work/out")"
    elif [ -n "$found" ] && grep -Eq '^    (refcount|zone|flags) |memmap valid$' "$work/out"; then
        not_ok "$name" "decoded as data: $(cat "$work/out")"
    else
        ok "$name"
    fi
}

base | make_core -
verdict sound/online 0x100 'online, memmap valid'
verdict sound/device 0xd000 'device, memmap valid'
verdict sound/altmap 0xc200 'altmap, memmap valid'
shows sound/decoded 'refcount  1, mapcount -1'

# one byte over and over, in every class that structure calls valid
for byte in 0xff 0xfd 0x5a 0xaa 0; do
    { base; echo "pages 0x100..0x110 fill=$byte"; echo "pages 0xd000..0xd010 fill=$byte"
        echo "pages 0xc200..0xc201 fill=$byte"; } | make_core -
    hex=$(printf '0x%02x' "$byte")
    [ "$byte" != 0 ] || hex=zero
    verdict "fill/$byte/online" 0x108 'online, memmap invalid' \
        "structure says valid, its bytes say never initialised: every byte is $hex"
    verdict "fill/$byte/device" 0xd00f 'device, memmap invalid' "every byte is $hex"
    verdict "fill/$byte/altmap" 0xc200 'altmap, memmap invalid' "every byte is $hex"
    verdict "fill/$byte/beside" 0x110 'online, memmap valid'
done

# a word over and over, as a memory tester leaves it
{ base; for i in 0 8 16 24 32 40 48 56; do echo "poke page:0x100+$i 0x1badb002deadbeef"; done; } |
    make_core -
verdict fill/word 0x100 'online, memmap invalid' 'every word is 1badb002deadbeef'

# zeros where holes are zeroed on purpose: nobody can tell
{ cat tests/vmcores/text/5.4-collision.txt; echo 'pages 0x100..0x110 fill=0'; } | make_core -
verdict zeros/old 0x100 'online, memmap validity unknown' 'all zeros: never initialised, or a hole'

# zone and node: the top bits of flags; this kernel has zones 0 to 4 and the machine node 0
nodes() { base; echo 'node 0 span=0x0..0x18000'; echo 'zone 1 span=0x0..0x18000'; }
nodes | make_core -
verdict zone/sound 0x100 'online, memmap valid'
for zone in 5 6 7; do
    { nodes; echo "pages 0x100..0x101 online zone=$zone"; } | make_core -
    verdict "zone/$zone" 0x100 'online, memmap invalid' "its zone would be $zone"
done
{ nodes; echo 'pages 0x100..0x101 online node=9'; } | make_core -
verdict node/9 0x100 'online, memmap invalid' 'its node would be 9'
{ nodes; echo 'pages 0x100..0x101 online zone=3'; } | make_core -
verdict zone/empty 0x100 'online, memmap validity unknown' 'zone 3 of node 0, which has no pages'
# without the table of nodes nothing is known of them
{ base; echo 'pages 0x100..0x101 online node=9'; } | make_core -
verdict node/no-table 0x100 'online, memmap valid'
# a reserved page that no zone spans has zone MAX_NR_ZONES (init_reserved_page())
{ nodes; echo 'pages 0x100..0x101 boothole zone=5'; } | make_core -
verdict zone/reserved-without 0x100 'online, memmap valid'
shows zone/reserved-without/said 'zone      5 (none), node 0'

{ base; echo 'poke page:0x100 0xffffffffffffffff'; } | make_core -
verdict flags/poison 0x100 'online, memmap invalid' 'its flags are all ones'
# bit 0 of word 1 makes a tail: its head must be a struct page before it
for word in 0x1 0xffff888000001001 0xffffea0000004041 0xffffea0000000021; do
    { base; echo "poke page:0x100+8 $word"; } | make_core -
    verdict "tail/$word" 0x100 'online, memmap invalid' 'no struct page before it'
done
{ base; echo 'poke page:0x100+8 0xffffea0000003fc1'; } | make_core -
verdict tail/good 0x100 'online, memmap valid'
# what a kernel's own mistake leaves is data; what no mistake leaves is not
{ base; echo 'pages 0x100..0x101 online refcount=-1'; } | make_core - 2>/dev/null ||
    { base; echo 'poke page:0x100+52 0xffffffff bytes=4'; } | make_core -
verdict refcount/-1 0x100 'online, memmap valid'
{ base; echo 'poke page:0x100+52 0xdfdfdfdf bytes=4'; } | make_core -
verdict refcount/low 0x100 'online, memmap validity unknown' 'its reference count would be'

# the class: RAM in ZONE_DEVICE, a device page of another pgmap
{ base; echo 'pages 0x100..0x101 device=pmem0'; } | make_core -
verdict class/ram-in-zone-device 0x100 'online, memmap validity unknown' 'in ZONE_DEVICE'
{ base; echo 'poke page:0xd000+8 0xffff888012345678'; } | make_core -
verdict class/other-pgmap 0xd000 'device, memmap validity unknown' 'does not carry the pgmap'

# bytes that are not there have no veto
{ base; echo 'pages 0xd000..0xd010 fill=0xff'; echo 'omit pages:0xd000..0xd400'; } | make_core -
verdict missing 0xd000 'device, memmap valid'
shows missing/said 'valid, but its bytes are not in the dump'
# nor do they make an invalid one valid
{ base; echo 'pages 0xc000..0xc002 device=pmem0'; } | make_core -
verdict invalid-looks-good 0xc000 'reserved, memmap invalid'

# JSON says the same
{ base; echo 'pages 0x100..0x110 fill=0xfd'; } | make_core -
run pfn -q --json --layout "$layout" "$core" 0x100
for key in '"valid":"no"' '"structure":"yes"' '"bytes":"never"' '"found":"every byte is 0xfd"' \
    '"struct_page":null'; do
    shows "json/$key" "$key"
done
# --- the ways to write a page frame
make_core ""
# same NAME ARG...: these say what 0x48000 does, but for what was understood
run pfn -q --layout "$layout" "$core" 0x48000
cp "$work/out" "$work/want"
same() {
    local name=$1
    shift
    run pfn -q --layout "$layout" "$core" "$@"
    if [ "$rc" -eq 0 ] && grep -Ev '^[^ ]+: ' "$work/out" | cmp -s - "$work/want"; then ok "$name"; else
        not_ok "$name" "$rc: $(head -n 3 "$work/out" "$work/err")"; fi
}
for spec in 294912 0t294912 0d294912 phys:48000fff page:ffffea0001200000 0x48000+1 \
    0x48000-0x48001 294912..0x48001; do
    same "spec/$spec" "$spec"
    if [ "$(head -n 1 "$work/out")" = "$(head -n 1 "$work/want")" ]; then ok "spec/$spec/silent"; else
        not_ok "spec/$spec/silent" "$(head -n 1 "$work/out")"; fi
done
for off in 8 20 3f; do
    spec=page:ffffea00012000$(printf '%02x' "0x$off")
    same "spec/$spec" "$spec"
    shows "spec/$spec/said" "$spec: $((0x$off)) bytes into the struct page of pfn 0x48000, which begins at ffffea0001200000"
done
same spec/bare 0xffffea0001200008
shows spec/bare/said 'taken for page:ffffea0001200008, 8 bytes into the struct page of pfn 0x48000'
same spec/bare-letters ffffea0001200000
same spec/bare-direct 0xffff888048000000
shows spec/bare-direct/said 'taken for virt:ffff888048000000'
# an address that points to no frame of the dump is no PFN either
value spec/bare-text 'too large' pfn -q --layout "$layout" "$core" 0xffffffff81000000

# lists: nothing is printed unless all of them are good
printf '# two\n0x48000\t\t1 # and a range\n\n2+2' >"$work/list"
rc=0
"$zdm" pfn -q --layout "$layout" "$core" - <"$work/list" >"$work/out" 2>"$work/err" || rc=$?
if [ "$rc" -eq 0 ] && [ "$(grep -c ^PFN "$work/out")" -eq 4 ]; then ok list/stdin; else
    not_ok list/stdin "$rc: $(grep ^PFN "$work/out"; cat "$work/err")"; fi
rc=0
printf '1\n2\nthree\n' | "$zdm" pfn -q --layout "$layout" "$core" - >"$work/out" 2>"$work/err" || rc=$?
if [ "$rc" -eq 2 ] && [ ! -s "$work/out" ] && grep -q "standard input, line 3: 'three'" "$work/err"
then ok list/bad; else not_ok list/bad "$rc: $(cat "$work/err" "$work/out")"; fi
rc=0
head -c 100000 /dev/zero | tr '\0' 1 |
    "$zdm" pfn -q --layout "$layout" "$core" - >"$work/out" 2>"$work/err" || rc=$?
if [ "$rc" -eq 2 ]; then ok list/endless-word; else not_ok list/endless-word "$rc"; fi

# --- what people sent
cases=../shared/cases
# of_case NUMBER PFN WORDS FOUND
of_case() {
    local text
    text=$(echo "$cases/$1"-*.core)
    if [ ! -e "$text" ]; then
        skip "case/$1" "$cases/$1-*.core is not there"
        return
    fi
    make_core "$text"
    verdict "case/$1" "$2" "$3" "$4"
}
of_case 24 0xbffd7 'boothole, memmap invalid' 'never initialised: every byte is 0xff'
of_case 25 0x144000 'boothole, memmap invalid' 'never initialised: every byte is 0xfd'

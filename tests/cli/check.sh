#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: `zdm check` finds struct pages that cannot be what their verdict says,
# and only those.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# result NAME CODE AGREE CONTRADICT UNREAD SKIPPED of the vmcore at hand
result() {
    local name=$1 want="$3 $4 $5 $6" got
    run check --layout "$layout" "$core"
    got=$(awk '$1 == "agree" || $1 == "contradict" || $1 == "unread" || $1 == "skipped" {
        printf "%s%s", sep, $2; sep = " " }' "$work/out")
    if [ "$rc" -ne "$2" ]; then
        not_ok "$name" "exit code $rc, expected $2: $(cat "$work/err" "$work/out")"
    elif [ "$got" != "$want" ]; then
        not_ok "$name" "agree contradict unread skipped: $got, expected $want"
    else
        ok "$name"
    fi
}

# contradiction NAME START END CLASS WORDS: the last check reported that range.
contradiction() {
    if grep -Eq "^ *$2 +$3 +[0-9]+ +$4 +.*$5" "$work/out"; then ok "$1"; else
        not_ok "$1" "not in: $(cat "$work/out")"; fi
}

# 64 MiB of RAM-backed device memory and a 256 MiB machine to break things in
base() {
    cat tests/vmcores/text/5.15-collision.txt
}

base | make_core -
result clean 0 98302 0 0 2

{ base; echo 'poke page:0xd000+8 0xffff888012345678'; } | make_core -
result device/other-pgmap 1 98301 1 0 2
contradiction device/other-pgmap/said 0xd000 0xd001 device 'does not carry the pgmap'

{ base; echo 'pages 0xd000..0xd010 online'; } | make_core -
result device/other-zone 1 98286 16 0 2
contradiction device/other-zone/said 0xd000 0xd010 device 'not in ZONE_DEVICE'

{ base; echo 'pages 0xd000..0xd010 fill=0xff'; } | make_core -
result device/poison 1 98286 16 0 2
contradiction device/poison/said 0xd000 0xd010 device 'all ones'

{ base; echo 'pages 0xc200..0xc201 device=pmem0'; } | make_core -
result altmap/not-linked 1 98301 1 0 2
contradiction altmap/not-linked/said 0xc200 0xc201 altmap 'not linked to itself'

{ base; echo 'pages 0x100..0x180 device=pmem0'; } | make_core -
result online/zone-device 1 98174 128 0 2
contradiction online/zone-device/said 0x100 0x180 online 'in ZONE_DEVICE'

{ base; echo 'pages 0x100..0x180 fill=0x5a'; } | make_core -
result online/fill 1 98174 128 0 2
contradiction online/fill/said 0x100 0x180 online 'fill pattern'

# zero is what kernels write on purpose that do not initialise holes: it proves nothing there
old() { cat tests/vmcores/text/5.4-collision.txt; }
old | make_core -
run check --layout "$layout" "$core"
cp "$work/out" "$work/before"
{ old; echo 'pages 0x100..0x180 fill=0'; } | make_core -
run check --layout "$layout" "$core"
if [ "$rc" -eq 0 ] && [ "$(awk '$1 == "skipped" { print $2 }' "$work/out")" -eq \
    $(($(awk '$1 == "skipped" { print $2 }' "$work/before") + 128)) ]; then
    ok online/zero/old
else
    not_ok online/zero/old "$rc: $(cat "$work/out")"
fi
# and what a kernel that does initialise them never leaves
{ base; echo 'pages 0x100..0x180 fill=0'; } | make_core -
result online/zero 1 98174 128 0 2
contradiction online/zero/said 0x100 0x180 online 'all zeros: never initialised'
{ base; echo 'pages 0xd000..0xd010 fill=0'; } | make_core -
result device/zero 1 98286 16 0 2
contradiction device/zero/said 0xd000 0xd010 device 'all zeros'

# what stands in the reserve proves nothing: it may be left over
{ base; echo 'pages 0xc000..0xc002 device=pmem0'; } | make_core -
result reserve/looks-good 0 98302 0 0 2

# struct pages that the dump lacks are no contradiction
{ base; echo 'omit pages:0xd000..0xd400'; } | make_core -
result missing 0 97278 0 1024 2

make_core tests/vmcores/text/5.10-fsdax-dev.txt
result not-in-dump 0 65536 0 65534 229378

# Nothing to read is no agreement: all struct pages left out of the dump.
{ base; echo 'omit pages:0x0..0x18000'; } | make_core -
result nothing 1 0 0 98302 2
if grep -q 'nothing was checked' "$work/err"; then ok nothing/said; else
    not_ok nothing/said "$(cat "$work/err")"; fi
run check --json --layout "$layout" "$core"
shows nothing/json '"checked":false'

# A large machine is sampled: the first and last of each range, and some between
{ base; echo 'pages 0xbfff..0xc000 fill=0xff'; echo 'pages 0xd000..0xd001 fill=0xff'; } | make_core -
run check --sample 16384 --layout "$layout" "$core"
asked=$(awk '$1 == "agree" || $1 == "contradict" { n += $2 } END { print n }' "$work/out")
unasked=$(awk '$1 == "unasked" { print $2 }' "$work/out")
if [ "$rc" -eq 1 ] && [ "$asked" -lt 20480 ] && [ $((asked + unasked)) -eq 98302 ]; then
    ok sample
else
    not_ok sample "$rc: $(cat "$work/out")"
fi
contradiction sample/last-of-range 0xbfff 0xc000 online 'all ones'
run check --all --layout "$layout" "$core"
if grep -q '^contradict  *2$' "$work/out" && ! grep -q unasked "$work/out"; then ok sample/all; else
    not_ok sample/all "$(cat "$work/out")"; fi
value sample/both 'not --all' check --sample 5 --all "$core"
value sample/none 'number of struct pages' check --sample 0 "$core"
run summary --layout "$layout" "$core"
shows sample/summary 'WARNING   0x0-0xc000 is online, but 1 of 8 struct pages looked at speak against it: that of 0xbfff: all ones'
if [ "$rc" -eq 1 ]; then ok sample/summary/code; else not_ok sample/summary/code "$rc"; fi
run summary --json --layout "$layout" "$core"
if grep -Eq '"warnings":\[[^]]*0x0-0xc000 is online, [^]]*that of 0xbfff: all ones' "$work/out" && [ "$rc" -eq 1 ] &&
    [ ! -s "$work/err" ]; then ok sample/summary/json; else
    not_ok sample/summary/json "$rc: $(cat "$work/err") $(grep -o '"warnings".*' "$work/out")"; fi
# ranges does not look
run ranges --json --layout "$layout" "$core"
if grep -q '"warnings":\[\]' "$work/out" && [ "$rc" -eq 0 ]; then ok sample/ranges/json; else
    not_ok sample/ranges/json "$rc: $(grep -o '"warnings".*' "$work/out")"; fi

# summary looks at every position of a compound page: the kernel may have left out some
compound() { cat tests/vmcores/text/5.17-devdax.txt; }
compound | make_core -
run summary --layout "$layout" "$core"
if [ "$rc" -eq 0 ] && ! grep -q WARNING "$work/out"; then ok sample/compound/sound; else
    not_ok sample/compound/sound "$rc: $(grep WARNING "$work/out")"; fi
# 384 of each 512, as memmap_init_compound() of some 6.x leaves them in a boot section
{ compound; echo 'pages 0x58480..0x58600 garbage=7'; } | make_core -
run summary --layout "$layout" "$core"
if [ "$rc" -eq 1 ] && grep -Eq 'WARNING .*0x58400-0x60000 is device, but 38[4-9] of 520' "$work/out"
then ok sample/compound; else not_ok sample/compound "$rc: $(grep WARNING "$work/out")"; fi
# a single one, wherever in a compound page it is
bad=
for at in 0 1 2 63 64 127 128 129 191 255 256 383 384 510 511; do
    { compound; printf 'pages %#x..%#x garbage=7\n' $((0x58400 + at)) $((0x58401 + at)); } | make_core -
    run summary --layout "$layout" "$core"
    if [ "$rc" -ne 1 ] || ! grep -Eq 'WARNING .*0x58400-0x60000 is device, but [0-9]+ of' "$work/out"; then
        bad="$bad $at"
    fi
done
if [ -z "$bad" ]; then ok sample/compound/positions; else not_ok sample/compound/positions "not seen:$bad"; fi

# many devices with compound pages before it do not hide a range from the sample
{
    compound
    for i in $(seq 0 19); do
        a=$((0x80000 + i * 0x10000))
        printf 'device %#x..%#x dumped\nsection %d..%d flags=PRESENT|HAS_MEM_MAP subsections=all\n' $a $((a + 0x8000)) \
            $((a / 0x8000)) $((a / 0x8000 + 1))
        printf 'pgmap d%d type=GENERIC ranges=%#x..%#x nr_range=1 vmemmap_shift=9\n' "$i" $a $((a + 0x8000))
        printf 'entry %#x..%#x pgmap=d%d\nmemmap %#x..%#x backing=ram\npages %#x..%#x device=d%d order=9\n' $a \
            $((a + 0x8000)) "$i" $a $((a + 0x8000)) $a $((a + 0x8000)) "$i"
    done
    echo 'pages 0x1b7fff..0x1b8000 fill=0xff'
} | make_core -
run summary --layout "$layout" "$core"
shows sample/many 'that of 0x1b7fff: all ones'

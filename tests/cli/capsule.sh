#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: a capsule gives the answer of its dump, holds nothing that was not read,
# and a capsule of a capsule is the same file.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# The whole model, but for the names of the file and of the sources.
model() {
    "$zdm" ranges -q --json "$@" | sed 's/"vmcore":"[^"]*"//; s/"sources":{[^}]*}//'
}

# The struct pages of boot holes, and of compound pages, are looked at one by one: 64 bytes each.
looked_at() {
    [ -e "$1" ] || { echo 0; return; }
    while read -r start end class _; do
        case $start:$class in
        0x*:boothole | 0x*:stale | 0x*:device) echo $((end - start)) ;;
        esac
    done <"$1" | awk '{ n += $1 } END { print 64 * n }'
}
one() {
    local name=$1 cap=$work/cap again=$work/again size
    local limit=$((1048576 + $(looked_at "tests/vmcores/text/$1.expected")))
    shift
    rm -f "$cap" "$again"
    run capsule -q "$@" "$core" "$cap"
    # 1: of a damaged dump, which a capsule may be made of all the same
    if [ "$rc" -gt 1 ]; then
        not_ok "capsule/$name" "exit code $rc: $(cat "$work/err")"
        return
    fi
    model "$@" "$core" >"$work/a" || true
    model "$cap" >"$work/b" || true
    size=$(stat -c %s "$cap")
    "$zdm" capsule -q "$cap" "$again" || true
    if [ ! -s "$work/a" ] || ! cmp -s "$work/a" "$work/b"; then
        not_ok "capsule/$name" "another answer: $(diff "$work/a" "$work/b")"
    elif [ "$size" -gt "$limit" ]; then
        not_ok "capsule/$name" "$size bytes"
    elif ! cmp -s "$cap" "$again"; then
        not_ok "capsule/$name" "a capsule of it differs"
    else
        ok "capsule/$name"
    fi
}

for text in tests/vmcores/text/*.txt; do
    name=${text##*/} name=${name%.txt}
    # a vmcore that gives no ranges gives no capsule
    if grep -q '^#! exit [2-9]' "tests/vmcores/text/$name.expected"; then
        continue
    fi
    make_core "$text"
    one "$name" --layout "$layout"
done

# A dump of which nothing is known but its VMCOREINFO makes a capsule of the same ignorance.
make_core ""
one vmcoreinfo-only

# Bytes that no question leads to stay out, though they lie in pages that are read.
text=tests/vmcores/text/5.10-fsdax-dev.txt
{
    cat $text
    # "SECRETS!" in a struct page, and just before a pgmap
    echo 'poke page:0x1234+16 0x2153544552434553'
    echo 'poke devres:pmem0+8 0x2153544552434553'
} | make_core -
if ! grep -q 'SECRETS!' "$core"; then
    not_ok capsule/secret "the marker is not even in the dump"
else
    run capsule -qf --layout "$layout" "$core" "$work/cap"
    if [ "$rc" -eq 0 ] && ! grep -q 'SECRETS!' "$work/cap"; then ok capsule/secret; else
        not_ok capsule/secret "exit code $rc, or the marker is in the capsule"; fi
fi

make_core ""
run capsule -f --layout "$layout" "$core" "$work/cap"
shows capsule/says-size "$work/cap: $(stat -c %s "$work/cap") bytes"
run summary "$work/cap"
shows capsule/named "(capsule, elf)"
# the struct pages are not in it: that is said, and no zeros are shown
run pfn "$work/cap" 0x10
shows capsule/no-page "valid, but its bytes are not in the dump"
run check "$work/cap"
if [ "$rc" -eq 1 ] && grep -Eq '^unread +131070 ' "$work/out" &&
    grep -q 'nothing was checked' "$work/err"; then ok capsule/check; else
    not_ok capsule/check "$(cat "$work/out" "$work/err")"; fi

# its notes are read with the same care as a dump's
cp "$work/cap" "$work/file"
LC_ALL=C sed -i 's/ yes$/ yex/' "$work/file"
fails capsule/bad-presence 3 "damaged capsule" summary "$work/file"
cp "$work/cap" "$work/file"
LC_ALL=C sed -i 's/^SIZE(page)=64/SIZE(page)=6x/' "$work/file"
fails capsule/bad-layout 3 "damaged capsule" summary "$work/file"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: what zdm prints of one small vmcore, word for word, as text and as JSON.
# The expected texts are written by hand from the vmcore's own description;
# addresses of kernel objects are KADDR there, and new lines in JSON are for reading.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core ""

# same NAME ARG...: the output of zdm ARG... is expected/NAME.
same() {
    local name=$1 out
    shift
    run "$@"
    sed -i -E "s#$core#CORE#; s/ffff8880[0-9a-f]{8}/KADDR${pad-           }/g" "$work/out"
    if [ "$rc" -ne 0 ] || [ -s "$work/err" ]; then
        not_ok "output/$name" "exit code $rc: $(cat "$work/err")"
    elif out=$(diff "$work/want" "$work/out"); then
        ok "output/$name"
    else
        not_ok "output/$name" "$out"
    fi
}
text() {
    cp "tests/cli/expected/$1" "$work/want"
    same "$@" --layout "$layout"
}
json() {
    tr -d '\n' <"tests/cli/expected/$1" >"$work/want"
    echo >>"$work/want"
    pad='' same "$@" --json --layout "$layout"
}

text summary.txt summary "$core"
text ranges.txt ranges "$core"
text reserved.txt ranges --class reserved "$core"
text sections.txt sections "$core"
text section9.txt sections --section 9 "$core"
text pgmaps.txt pgmaps "$core"
# one page frame in each of the ways to write it
text pfn.txt pfn "$core" 0x48000 phys:48600123 page:ffffea0000000040 360448
text pfn.txt pfn "$core" 294912 page:0xffffea0001218000 virt:ffff888000001fff phys:0x58000000
json summary.json summary "$core"
json summary.json ranges "$core"
json sections.json sections --section 9 "$core"
json pgmaps.json pgmaps "$core"
json pfn.json pfn "$core" 0x48000 1
json check.json check "$core"

run sections --layout "$layout" --section 8 "$core"
shows output/section-absent "section 8 is not present"

# A dump that does not say where its pgmaps are must not be said to have none.
works output/no-pgmap-array 1 summary -q "$core"
shows output/no-pgmap-array/said "pgmaps are not known"

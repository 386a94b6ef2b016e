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

works output/section-absent 4 sections --layout "$layout" --section 8 "$core"
shows output/section-absent/said "section 8 is not present"
fails output/section-absent-json 4 "section 8 is not present" \
    sections --json --layout "$layout" --section 8 "$core"

# Options stand anywhere; a list goes on where its option is given again.
run ranges -q --layout "$layout" --class reserved,altmap "$core"
cp "$work/out" "$work/want"
# again NAME ARG...: the same output
again() {
    local name=$1
    shift
    run "$@"
    if [ "$rc" -eq 0 ] && cmp -s "$work/want" "$work/out"; then ok "options/$name"; else
        not_ok "options/$name" "$rc: $(cat "$work/err" "$work/out")"; fi
}
again class-again ranges -q --layout "$layout" --class reserved --class altmap "$core"
again before -q --layout "$layout" --class altmap,reserved ranges "$core"
again around --layout="$layout" -q ranges "$core" --class=altmap --class reserved
again behind ranges "$core" --class altmap -q --layout "$layout" --class reserved
if [ "$(wc -l <"$work/want")" -eq 3 ]; then ok options/class-list; else
    not_ok options/class-list "$(cat "$work/want")"; fi
run -J --class hole,reserved ranges --layout "$layout" "$core"
if python3 - "$work/out" 2>"$work/err" <<'END'
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
assert [r["class"] for r in d["ranges"]] == ["reserved"], d["ranges"]
assert d["totals"]["online"] == 0x10000
END
then ok options/class-json; else not_ok options/class-json "$(cat "$work/err")"; fi
for opts in '--help ranges' 'ranges --help' '-q ranges -h' 'help ranges'; do
    # shellcheck disable=SC2086
    works "options/$opts" 0 $opts
    shows "options/$opts/usage" 'Usage: zdm ranges'
done

# Screens: tables as wide as the terminal, by hand from the vmcore's description.
for width in 80 100 132; do
    for table in ranges sections; do
        cp "tests/cli/expected/$table-$width.txt" "$work/want"
        COLUMNS=$width pad='' same "$table-$width" $table --layout "$layout" "$core"
        if awk -v w=$width 'length > w { exit 1 }' "$work/out"; then ok "screen/$table-$width"
        else not_ok "screen/$table-$width" "a line is longer"; fi
    done
done
COLUMNS=132 run ranges --layout "$layout" -o start_pfn,SIZE --bytes --noheadings --class reserved "$core"
shows screen/columns '0x48000 8192'
COLUMNS=80 run ranges --layout "$layout" --color always "$core"
shows screen/colour "$(printf '\033[1;31m')"
NO_COLOR=1 COLUMNS=80 run ranges --layout "$layout" "$core"
shows_not screen/no-colour "$(printf '\033')"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    # on a terminal: through the pager, which sees what the terminal would
    PAGER='sed s/^/paged:/' NO_COLOR=1 script -qec "stty cols 100; $zdm ranges --layout $layout $core" \
        /dev/null </dev/null >"$work/out" 2>&1 || true
    tr -d '\r' <"$work/out" | sed -n 's/^paged://p' >"$work/paged"
    if cmp -s "$work/paged" tests/cli/expected/ranges-100.txt; then ok screen/pager; else
        not_ok screen/pager "$(cat "$work/out")"; fi
else
    skip screen/pager "no script(1), or no pseudo-terminals here"
fi

# A dump that does not say where its pgmaps are must not be said to have none.
works output/no-pgmap-array 1 summary -q "$core"
shows output/no-pgmap-array/said "pgmaps are not known"

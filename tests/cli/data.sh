#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: zdm data: are the contents of frames in the dump, and if not, why. What the
# vmcore holds follows from its description; which bit of a dump level leaves a page out
# from makedumpfile's own rules (mkdumpfile_regular(), exclude_range()).
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core ""

# answers NAME SPEC CLASS IN_DUMP WHY
answers() {
    run data -q --layout "$layout" "$core" "$2"
    if sed 1d "$work/out" | grep -Eq "^0x[0-9a-f]+ +0x[0-9a-f]+ +$3 +$4 +$5"; then ok "data/$1"; else
        not_ok "data/$1" "$rc: $(cat "$work/out" "$work/err")"; fi
}
answers device 0x48600 device no 'device memory'
answers absent 0x10000 absent no 'no section'
answers reserved page:ffffea0001200008 reserved no "the driver's reserve"
shows data/rounded '8 bytes into the struct page of pfn 0x48000'
answers runs 0x47fff-0x48001 absent no ''
if [ "$(wc -l <"$work/out")" -eq 3 ]; then ok data/runs/two; else not_ok data/runs/two "$(cat "$work/out")"; fi
# RAM: a little of it is in the dump; this layout has no flags of pages to ask for the rest
run data -q --layout "$layout" "$core" 0-0x10000
if grep -q ' online  *yes  *-$' "$work/out" && grep -q ' online  *no  *RAM, not in the dump' "$work/out"; then
    ok data/ram; else not_ok data/ram "$(cat "$work/out")"; fi
run data -J -q --layout "$layout" "$core" 0x48600 0x10000
if python3 - "$work/out" 2>"$work/err" <<'END'
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
assert [(x["start_pfn"], x["class"], x["in_dump"]) for x in d["data"]] == \
    [(0x48600, "device", "no"), (0x10000, "absent", "no")], d
END
then ok data/json; else not_ok data/json "$(cat "$work/err" "$work/out")"; fi
# a capsule holds too little to say
xz -dc tests/vmcores/6.1/fsdax-dev.elf.xz >"$work/demo"
run data -q "$work/demo" 0x100
shows data/capsule 'unknown the file does not say'
rc=0
echo '0x48600 0x48601' | "$zdm" data -q --layout "$layout" "$core" - >"$work/out" 2>"$work/err" || rc=$?
if [ $rc -eq 0 ] && [ "$(wc -l <"$work/out")" -eq 3 ]; then ok data/stdin; else
    not_ok data/stdin "$rc: $(cat "$work/out" "$work/err")"; fi

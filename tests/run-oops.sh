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
# CORE "-": from the text alone; LAYOUT "-": the dump needs none.
says() {
    local name=$1 core=$2 layout=$3 oops=$4 rc=0 line args=()
    shift 4
    [ "$layout" = - ] || args+=(--layout "$layout")
    [ "$core" = - ] || args+=("$core")
    "$B/zdm" oops --quiet --text "$oops" "${args[@]}" >"$work/out" 2>"$work/err" || rc=$?
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

# refuses NAME CORE LAYOUT OOPS WORDS: exit code 4, nothing on standard output, one line with WORDS.
refuses() {
    local name=$1 core=$2 layout=$3 oops=$4 rc=0 args=()
    [ "$layout" = - ] || args+=(--layout "$layout")
    "$B/zdm" oops --text "$oops" "${args[@]}" "$core" >"$work/out" 2>"$work/err" || rc=$?
    if [ $rc -eq 4 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -qF -- "$5" "$work/err"; then
        ok "$name"
    else
        not_ok "$name" "exit code $rc, not '$5': $(cat "$work/out" "$work/err")"
    fi
}

core() {
    "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/$1.layout" -o "$work/$1" \
        "tests/vmcores/text/$1.txt" || { not_ok "oops/$1" "cannot be compiled"; exit 0; }
}

reserved='reserved (case 5), never initialised, first page of the altmap reserve of pgmap KADDR (fs_dax); a walker read it without pfn_to_online_page()/pgmap check.'
of_2019="oops 1: RDI ffffd07489000000 (also RBP; R12 holds its pfn) is the struct page of pfn 0x240000: $reserved"
of_530="oops 1: RDI ffffea0004000000 (also R13) is the struct page of pfn 0x100000: $reserved"
held='  oops 1: It begins ffffffffffffffff ffffffffffffffff; the first word, its flags, is in RBX; what the second takes for a head page is in fault address, RAX, CR2.'

core oops-2019
core oops-5.3.0
says oops/2019 "$work/oops-2019" "$work/oops-2019.layout" tests/vmcores/oops/2019.txt "$of_2019" \
    '  oops 1: The dump does not hold that struct page.' '-No finding' \
    '  oops 1: Consistent with the text: an uninitialised struct page gives just these values; it was read by stable_page_flags().'
says oops/5.3.0 "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/5.3.0.txt \
    "$of_530" "$held" '-0x100000 holds' '-RBX holds' \
    '  oops 1: Proven by the dump: registers or "raw:" hold what the dump has there; it was read by stable_page_flags().'
# another boot's addresses: said so, and nothing of this dump is accused
says oops/2019-elsewhere "$work/oops-5.3.0" "$work/oops-5.3.0.layout" \
    tests/vmcores/oops/2019.txt \
    "oops 1: the text is of another boot: its memmap is at ffffd07480000000 (RDI - 64 * R12), the dump's at ffffea0000000000. Nothing in the dump is held against it; what follows is from the text alone." \
    '-case 5' '-proven' '-Proven'
says oops/hole "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/hole.txt \
    "oops 1: RDI ffffea00043f8000 (also fault address, CR2; RBX holds its pfn, RCX holds its physical address) is the struct page of pfn 0x10fe00: hole (case 3), its sub-section is not populated, no memmap is mapped; a walker read it without pfn_valid() check."
says oops/plain "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/plain.txt \
    'No finding: none of these 19 words points to a struct page that must not be believed.' \
    '  oops 1: RBX            ffffea0000040000  the struct page of pfn 0x1000: online, memmap valid' \
    '  oops 1: R12            0000000000100000  as a number, pfn 0x100000: reserved (case 5); proves nothing alone' \
    '  oops 1: R13            0000000100000000  as a physical address, pfn 0x100000: reserved (case 5); proves nothing alone' \
    '-RCX' '-R09' '-R10' '-R14'

echo 'nothing of the kind' >"$work/nothing"
refuses oops/no-registers "$work/oops-2019" "$work/oops-2019.layout" "$work/nothing" \
    'no kernel registers in it'

# From the text alone. Whatever is said of the page, no verdict of a dump is.
alone='is the struct page of pfn 0x240000, with the memmap at ffffd07480000000 (RDI - 64 * R12).'
says oops/alone - - tests/vmcores/oops/2019.txt \
    "oops 1: RDI ffffd07489000000 (also RBP; R12 holds its pfn) $alone" \
    '  oops 1: Its contents: all ones, never initialised; the first word, its flags, is in RBX; its second word less 1, a head page to compound_head(), is in RAX, CR2.' \
    '  oops 1: Consistent with the text: an uninitialised struct page gives just these values; a walker read it: stable_page_flags().' \
    '-proven' '-case' '-online'
says oops/alone-plain - - tests/vmcores/oops/plain.txt '-is the struct page' '-read it' \
    'No finding: none of these 19 words points to a struct page that must not be believed, as far as can be told.'
# -ENOENT that was taken for a pointer gives the same fault: only possible, and no page is named
says oops/alone-errno - - tests/vmcores/oops/errno.txt '-struct page of pfn' '-Consistent' \
    '  oops 1: Possible: an error number (-ENOENT) that was taken for a pointer gives the same address; it would have been read by some_driver().'

# One kind a file: what people paste, each with the line that must come out of it.
of_text() {
    local name=$1
    shift
    says "oops/$name" "$work/oops-5.3.0" "$work/oops-5.3.0.layout" "tests/vmcores/oops/$name.txt" "$@"
}
held_only='reserved (case 5), never initialised, first page of the altmap reserve of pgmap KADDR (fs_dax); a pointer to it is held.'
by_name='reserved (case 5), never initialised, first page of the altmap reserve of pgmap KADDR (fs_dax); the kernel speaks of it.'
possible='Possible: a pointer to it is held; nothing shows that it was followed.'
of_text two-tasks "oops 1 CPU 3: RDI ffffea0004000000 is the struct page of pfn 0x100000: $held_only" \
    "  oops 1 CPU 3: $possible" '-a walker read it' '-RBX'
of_text mail "oops 1: RDI ffffea0004000000 (R12 holds its pfn) is the struct page of pfn 0x100000: $held_only"
of_text console "oops 1: RDI ffffea0004000000 (R13 holds 64 * its pfn) is the struct page of pfn 0x100000: $held_only" \
    '-RBX'
of_text qemu "oops 2 CPU 1: RDI ffffea0004000000 is the struct page of pfn 0x100000: $reserved" '-CPU 2'
of_text poisoned "oops 1: \"page:\" names the struct page of pfn 0x100000: $reserved" \
    '  oops 1: Proven by the dump: registers or "raw:" hold what the dump has there.'
of_text bad-page "oops 1: \"pfn:\" names the struct page of pfn 0x100000: $by_name" \
    "oops 2: \"Memory failure:\" names the struct page of pfn 0x100001: ${by_name/first page/page 2 of the 2}" \
    '-oops 3'
of_text kasan "oops 1: access address ffffea0004000034 is inside the struct page of pfn 0x100000: $reserved" \
    '  oops 1: Proven by the dump: the access that failed, at ffffea0004000034, was inside it; it was read by some_walker() (page-types, PID 588).'
of_text loop-end '-a walker' '-is held' \
    "oops 1: R12 ffffea00043f8000 is one past the struct page of pfn 0x10fdff, the last valid one: a loop's end, not a page that was read." \
    'No finding: none of these 9 words points to a struct page that must not be believed.'
of_text other-kernel '-case' '-to it is held' \
    'oops 1 CPU 9: the text is of another kernel, 5.4.284; the dump is of 5.3.0. Nothing in the dump is held against it; what follows is from the text alone.'
of_text two-oopses '-R12 holds' \
    'oops 1 CPU 1: RDI ffffea0004000000 is the struct page of pfn 0x100000: '"$held_only" \
    '  oops 2 CPU 2: R12            0000000000100000  as a number, pfn 0x100000: reserved (case 5); proves nothing alone'
# other kernels' and loggers' words for the same; what each carries, and no more
wrote="${reserved/a walker read it/a walker wrote to it}"
did="${reserved/a walker read it/a walker accessed it}"
fault='Proven by the dump: the access that failed, at ffffea0004000034, was inside it;'
of_text write "oops 1 CPU 0: RDI ffffea0004000000 (also fault address, CR2) is the struct page of pfn 0x100000: $wrote" \
    "  oops 1 CPU 0: $fault it was written to by set_page_flag() (kpf, PID 588)." '-read it' '-was read'
of_text kasan-write "oops 1 CPU 2: access address ffffea0004000000 is the struct page of pfn 0x100000: $wrote" \
    '-read it'
of_text kfence "oops 1 CPU 1: access address ffffea0004000008 is inside the struct page of pfn 0x100000: $reserved" \
    '  oops 1 CPU 1: Proven by the dump: the access that failed, at ffffea0004000008, was inside it; it was read by walk_pages() (kcompactd0, PID 91).'
of_text kasan-gp "oops 1 CPU 1: RDI ffffea0004000000 (also access address) is the struct page of pfn 0x100000: $did" \
    '-read it' '-oops 2'
of_text journal "oops 1 CPU 0: RDI ffffea0004000000 (also fault address) is the struct page of pfn 0x100000: $reserved"
of_text journal-json "oops 1 CPU 0: RDI ffffea0004000000 (also fault address) is the struct page of pfn 0x100000: $wrote"
of_text ramoops "oops 1 CPU 0: RDI ffffea0004000000 (also fault address) is the struct page of pfn 0x100000: $reserved"
of_text bad-page-7 "oops 1 CPU 3: \"pfn:\" names the struct page of pfn 0x100000: $reserved" '-oops 2' '-0xffff'
of_text page-owner "oops 1: \"page_owner\" names the struct page of pfn 0x100000: $by_name" '-read it'
# a BUG() leaves the CR2 of an earlier fault alone: it accuses nobody
of_text folio 'No finding: none of these 6 words points to a struct page that must not be believed.' \
    '  oops 1 CPU 0: CR2            ffffea0004000008  0x8 into the struct page of pfn 0x100000: reserved (case 5), memmap invalid; left over from another fault'
of_text unmovable '-is held' '-read it' \
    'No finding: none of these 2 words points to a struct page that must not be believed.'
of_text list-add "oops 1: list next ffffea0004000008 is inside the struct page of pfn 0x100000: $reserved" \
    '  oops 1: Proven by the dump: the list entry that the kernel found damaged, at ffffea0004000008, was inside it.' \
    '-access that failed' '-is in list'
of_text list-del "oops 1: list should be ffffea0004000008 (also RBX) is inside the struct page of pfn 0x100000: $held_only" \
    "  oops 1: $possible" '-read it'
# two CPUs in one another: what failed is said, and nothing of who did it
of_text interleaved "oops 1: RDI ffffea0004000000 (also fault address) is the struct page of pfn 0x100000: $did" \
    "  oops 1: ${fault%;}." '-CPU 0' '-CPU 1' '-read it' '-wrote' '-some_walker' '-PID' \
    'oops 1: the lines of several oopses in one another, and nothing in them says which is whose: no value supports another.'
for machine in arm64-7:arm64 riscv:riscv s390-fault:s390 ppc64:ppc64; do
    refuses "oops/${machine%:*}" "$work/oops-5.3.0" "$work/oops-5.3.0.layout" \
        "tests/vmcores/oops/${machine%:*}.txt" "registers of ${machine#*:}, and"
done
says oops/alone-riscv - - tests/vmcores/oops/riscv.txt \
    'oops 1 CPU 1: s1 ff1c000004000000 (also fault address, a0, badaddr; a1 holds its pfn) is the struct page of pfn 0x100000, with the memmap at ff1c000000000000 (s1 - 64 * a1).' \
    '  oops 1 CPU 1: Consistent with the text: the access that failed was inside it; a walker read it: stable_page_flags() (cat, PID 99).' \
    '-roven'
# s390 gives the page of the address, not the address: no struct page is named by it
says oops/alone-s390 - - tests/vmcores/oops/s390-fault.txt '-is the struct page' '-read it'
says oops/alone-ppc64 - - tests/vmcores/oops/ppc64.txt '-is the struct page' '-read it'
printf 'BUG: unable to handle kernel NULL pointer dereference at 00000004\nEAX: 00000000 EBX: c1d00000\n' \
    >"$work/i386"
refuses oops/i386 "$work/oops-5.3.0" "$work/oops-5.3.0.layout" "$work/i386" \
    'registers of a 32-bit kernel (i386); nothing can be computed from them'

refuses oops/arm64 "$work/oops-5.3.0" "$work/oops-5.3.0.layout" tests/vmcores/oops/arm64.txt \
    'registers of arm64'
says oops/alone-arm64 - - tests/vmcores/oops/arm64.txt \
    'oops 1 CPU 15: from the text, some_walker() (cat, PID 1443), registers of arm64' \
    'No finding: none of these 5 words points to a struct page that must not be believed, as far as can be told.'

# JSON: the same finding, and the same words of it
if "$B/zdm" oops --json --quiet --layout "$work/oops-5.3.0.layout" --text tests/vmcores/oops/5.3.0.txt \
    "$work/oops-5.3.0" >"$work/json" 2>"$work/err" &&
    python3 - "$work/json" >"$work/err" <<'END'
import json
import sys
with open(sys.argv[1], encoding="utf-8") as f:
    text = f.read()
d = json.loads(text)
assert text.count("\n") == 1 and text.endswith("\n"), "not one line"
assert d["schema"] == 1 and d["text"].endswith("5.3.0.txt") and d["log"] is None
assert [o["oops"] for o in d["oopses"]] == [1]
words = {w["name"]: w for w in d["oopses"][0]["words"]}
assert words["RDI"]["is"] == "page" and words["RDI"]["valid"] == "no" and words["RDI"]["pfn"] == 0x100000
assert words["RBX"]["is"] is None and words["RBX"]["value"] == "0x" + 16 * "f"
(found,) = d["findings"]
assert (found["pfn"], found["class"], found["case"], found["valid"]) == (0x100000, "reserved", 5, "no")
assert (found["degree"], found["by"], found["names"]) == ("proven", "contents", ["RDI", "R13"])
assert found["page"] == "0xffffea0004000000" and "a walker read it" in found["text"]
END
then
    ok oops/json
else
    not_ok oops/json "$(cat "$work/err" "$work/json")"
fi
# and of a text alone; quotes in its name are its own
cp tests/vmcores/oops/2019.txt "$work/a \"b\".txt"
if "$B/zdm" oops --json --text "$work/a \"b\".txt" | python3 -c 'import json, sys
d = json.load(sys.stdin)
assert d["vmcore"] is None and d["text"].endswith("a \"b\".txt")
assert d["oopses"][0]["memmap"] == "0xffffd07480000000" and d["oopses"][0]["memmap_by"] == "RDI - 64 * R12"
(found,) = d["findings"]
assert (found["degree"], found["by"], found["pfn"], found["class"]) == ("consistent", "pattern", 0x240000, "unknown")
' 2>"$work/err"; then
    ok oops/json-alone
else
    not_ok oops/json-alone "$(cat "$work/err")"
fi

# Nothing given is a mistake; a dump without an oops says whose registers were looked at.
rc=0
"$B/zdm" oops >"$work/out" 2>"$work/err" || rc=$?
if [ $rc -eq 2 ] && grep -q 'VMCORE is missing' "$work/err"; then
    ok oops/nothing-given
else
    not_ok oops/nothing-given "exit code $rc: $(cat "$work/err")"
fi

shared=../shared
if [ -e $shared/seed-lkml-2019-09-09.txt ]; then
    says oops/lkml-2019-09-09 "$work/oops-2019" "$work/oops-2019.layout" \
        $shared/seed-lkml-2019-09-09.txt "${of_2019/oops 1:/oops 1 CPU 9:}"
    says oops/lkml-2019-09-09-alone - - $shared/seed-lkml-2019-09-09.txt \
        "oops 1 CPU 9: RDI ffffd07489000000 (also RBP; R12 holds its pfn) $alone" \
        '  oops 1 CPU 9: Its contents: all ones, never initialised; the first word, its flags, is in RBX; its second word less 1, a head page to compound_head(), is in fault address, RAX, CR2.' \
        '  oops 1 CPU 9: Consistent with the text: an uninitialised struct page gives just these values; a walker read it: stable_page_flags() (page-types, PID 1202).' \
        '-proven'
else
    skip oops/lkml-2019-09-09 "$shared/seed-lkml-2019-09-09.txt is not there"
fi
if [ -e $shared/vmcores/5.3.0-kpageflags-oops.elf.xz ]; then
    xz -dc $shared/vmcores/5.3.0-kpageflags-oops.elf.xz >"$work/real"
    says oops/real-5.3.0 "$work/real" $shared/vmcores/5.3.0.layout \
        $shared/vmcores/5.3.0-kpageflags-oops.txt "${of_530/oops 1:/oops 1 CPU 0:}" \
        "${held/oops 1:/oops 1 CPU 0:}"
    "$B/zdm" oops -q --layout $shared/vmcores/5.3.0.layout "$work/real" >"$work/out" 2>&1 || true
    if grep -q 'from the notes, RIP' "$work/out" && grep -q 'give its text with --text' "$work/out"; then
        ok oops/real-5.3.0-notes
    else
        not_ok oops/real-5.3.0-notes "$(cat "$work/out")"
    fi
else
    skip oops/real-5.3.0 "$shared/vmcores/5.3.0-kpageflags-oops.elf.xz is not there"
fi

# Inputs of the kinds above that others reduced from public reports, where they are there.
demo=tests/vmcores/6.1/fsdax-dev.elf.xz
xz -dc $demo >"$work/demo"
# shared_case NAME RC CORE WORDS...: each an extended regular expression of the whole output;
# "-WORDS" must not be there. CORE "-": none; a description for mkcore if it ends in .core.
shared_case() {
    local name=$1 want=$2 core=$3 text=$shared/cases/$1.txt rc=0 word args=()
    shift 3
    if [ ! -e "$text" ]; then
        skip "oops/shared-$name" "$text is not there"
        return
    fi
    case $core in
    -) ;;
    *.core)
        "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/case.layout" -o "$work/case" "$core"
        args=(--layout "$work/case.layout" "$work/case") ;;
    *) args=("$core") ;;
    esac
    "$B/zdm" oops --text "$text" "${args[@]}" >"$work/out" 2>&1 || rc=$?
    if [ $rc -ne "$want" ]; then
        not_ok "oops/shared-$name" "exit code $rc: $(cat "$work/out")"
        return
    fi
    for word; do
        if [ "${word#-}" != "$word" ]; then
            grep -qE -- "${word#-}" "$work/out" || continue
        elif grep -qE -- "$word" "$work/out"; then
            continue
        fi
        not_ok "oops/shared-$name" "'$word': $(cat "$work/out")"
        return
    done
    ok "oops/shared-$name"
}
case5='struct page of pfn 0x100000: reserved \(case 5\)'
for name in 01-interleaved-user-rip 02-qp-soft-break 04-wrapped-value-next-line 05-ansi-colour \
    07-nbsp 08-utf16 09-qemu-info-registers 10-gdb-info-registers; do
    shared_case $name 0 "$work/demo" "^oops 1: RDI ffffea0004000000 .*$case5" '-No finding'
done
shared_case 02-qp-soft-break 0 "$work/demo" 'R12 holds its pfn'
shared_case 05-ansi-colour 0 "$work/demo" '-RBX' '-RSI'
shared_case 11-page-line-alone 0 "$work/demo" "^oops 1: \"page:\" names the $case5" 'all ones' '-No finding'
shared_case 12-page-line-with-registers 0 "$work/demo" "^oops 1: \"page:\" names the $case5" '-No finding'
shared_case 13-bad-page-pfn 0 "$work/demo" "^oops 1: \"pfn:\" names the $case5" '-No finding'
shared_case 14-memory-failure 0 "$work/demo" "^oops 1: \"Memory failure:\" names the $case5" '-No finding'
shared_case 15-kasan-addr 0 "$work/demo" "is inside the $case5" '0x8 into' '-No finding'
shared_case 17-end-pointer 0 "$work/demo" '-walker read it' '^No finding' 'one past'
shared_case 19-other-boot-kaslr 0 "$work/demo" 'the text is of another (boot|kernel)' '-case 5' \
    'memmap at ffffd07480000000'
shared_case 20-no-vmcore 0 - 'RDI ffffd07489000000 \(also RBP; R12 holds its pfn\) is the struct page of pfn 0x240000, with the memmap at ffffd07480000000' \
    'all ones, never initialised; the first word, its flags, is in RBX'
shared_case 21-arm64 4 "$work/demo" 'registers of arm64.*x86_64'
shared_case 22-ppc64le 4 "$work/demo" 'registers of ppc64.*x86_64'
shared_case 23-s390 4 "$work/demo" 'registers of s390.*x86_64'
shared_case 23-s390 0 - '000003d08300c000 is a struct page; possibly of pfn 0xc0300, if the memmap begins at 000003d080000000' \
    'poisoned'
shared_case 24-online-but-all-ones 0 $shared/cases/24-online-but-all-ones.core '-memmap valid' \
    'RDI ffffed1182fff5c0 \(also R12; R13 holds its pfn, R14 holds 64 \* its pfn\) is the struct page of pfn 0xbffd7' \
    'never initialised' 'its flags, is in RBP' 'head page is in fault address, RAX, CR2'
shared_case 25-removed-memmap-0xfd 0 $shared/cases/25-removed-memmap-0xfd.core '-memmap valid' \
    '(RDI|RBP) ffffc590c5100000 \(also (RDI|RBP)\) is the struct page of pfn 0x144000' \
    'never initialised' 'its flags, is in RBX' 'head page is in fault address, RAX'
shared_case 27-offset-in-memmap 0 "$work/demo" "RBX ffffea0004000000 \(also R13; RDI holds 64 \* its pfn\) is the $case5"
if [ -e $shared/vmcores/u54-f1-oops.elf.xz ]; then
    xz -dc $shared/vmcores/u54-f1-oops.elf.xz >"$work/real"
    for text in --text=$shared/vmcores/u54-f1-oops-console.txt ''; do
        "$B/zdm" oops -q --layout $shared/vmcores/u54.layout ${text:+"$text"} "$work/real" \
            >"$work/out" 2>"$work/err" || true
        if grep -qE '(RDI ffffea0001348000 \(also R12\)|R12 ffffea0001348000 \(also RDI\)) is the struct page of pfn 0x4d200: .*; a walker read it' \
            "$work/out"; then
            ok "oops/real-u54${text:+-text}"
        else
            not_ok "oops/real-u54${text:+-text}" "$(cat "$work/out" "$work/err")"
        fi
    done
else
    skip oops/real-u54 "$shared/vmcores/u54-f1-oops.elf.xz is not there"
fi

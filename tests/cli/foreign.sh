#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: a vmlinux or layout of another build of the same release is refused by whatever tells
# it apart, in one line; and on a model that contradicts itself carve and exec leave out
# nothing, in one line. (What the filter of makedumpfile asks: unit/test_policy.)
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# words LABEL TEXT: statements that write the text there, with a zero behind it
words() {
    local hex i
    hex=$(printf '%s\0\0\0\0\0\0\0\0' "$2" | od -An -v -tx8 -w8 | tr -d ' ')
    i=0
    for hex in $hex; do
        printf 'poke %s+%d 0x%s\n' "$1" "$i" "$hex"
        i=$((i + 8))
    done
}

banner='Linux version 6.1.0 (a@b) (gcc 12.2.0) #1 SMP Thu Jan 1 00:00:00 UTC 1970'
# A kernel that says who built it, in a banner and in a build-id note of its own; VMCOREINFO names neither.
told() {
    cat tests/vmcores/text/6.1-fsdax-dev.txt
    printf 'symbol linux_banner bytes=256\nsymbol __start_notes bytes=64\n'
    words linux_banner "$banner
"
    # namesz, descsz, type, "GNU\0", 20 bytes of id
    printf 'poke __start_notes 0x1400000004\npoke __start_notes+8 0x554e4700000003\n'
    printf 'poke __start_notes+16 0x0706050403020100\npoke __start_notes+24 0x0f0e0d0c0b0a0908\n'
    printf 'poke __start_notes+32 0x13121110\n'
}
id=000102030405060708090a0b0c0d0e0f10111213

told | make_core -
start=$(sed -n 's/^SYMBOL(__start_notes)=//p' "$layout")
printf 'SYMBOL(__stop_notes)=%x\n' $((0x$start + 36)) >>"$layout"
cp "$layout" "$work/plain"

# The layout with one more line; the last word on a key is the only one.
also() {
    cp "$work/plain" "$layout"
    printf '%s\n' "$@" >>"$layout"
}

also "LINUX_BANNER=$banner" "BUILD-ID=$id"
works build/same 0 ranges --layout "$layout" "$core"
also "LINUX_BANNER=${banner/\#1/#2}"
fails build/banner 3 'another build: "Linux version 6.1.0 .*#2 SMP.*the dump' ranges --layout "$layout" "$core"
also "BUILD-ID=ff${id#00}"
fails build/note 3 "another build: build-id ff${id#00}, the dump's is $id" ranges --layout "$layout" "$core"
# linux_banner is somewhere else in the kernel that the layout is of
sed "s/^SYMBOL(linux_banner)=.*/SYMBOL(linux_banner)=$start/" "$work/plain" >"$layout"
fails build/banner-moved 3 'where its linux_banner is the dump has none' ranges --layout "$layout" "$core"

# The same of a vmlinux: an ELF file with these symbols, linked where the dump has them.
at() { sed -n "s/^SYMBOL($1)=/0x/p" "$work/plain"; }
vmlinux() {
    # shellcheck disable=SC2086
    : | ${CC:-cc} -x assembler - -nostdlib -static -Wl,-e,0 -Wl,--build-id=0x"$1" -Wl,--defsym,_stext="$(at _stext)" \
        -Wl,--defsym,linux_banner="$(at linux_banner)" -Wl,--defsym,__start_notes="$(at __start_notes)" \
        -Wl,--defsym,__stop_notes="$(at __stop_notes)" -o "$work/vmlinux" 2>"$work/err"
}
if vmlinux "ff${id#00}"; then
    fails build/vmlinux-note 3 "vmlinux given is of another build: build-id ff" \
        ranges --vmlinux "$work/vmlinux" --layout "$work/plain" "$core"
    vmlinux "$id"
    works build/vmlinux-same 0 ranges --vmlinux "$work/vmlinux" --layout "$work/plain" "$core"
else
    not_ok build/vmlinux "$(cat "$work/err")"
fi

# A layout that leads astray, and nothing in the dump says whose it is.
silent() {
    cat tests/vmcores/text/6.1-fsdax-dev.txt
    echo 'drop-export SIZE(mem_section) OFFSET(mem_section.section_mem_map) SIZE(page)'
}
silent | make_core -
works layout/silent 0 ranges --layout "$layout" "$core"
cp "$layout" "$work/plain"
# astray NAME EDIT [CODE]: no verdict, in one line that blames the layout; nothing is carved
astray() {
    sed "$2" "$work/plain" >"$layout"
    cmp -s "$layout" "$work/plain" && not_ok "layout/$1/edit" "it changes nothing"
    fails "layout/$1" "${3:-3}" "another build|does not fit" ranges --layout "$layout" "$core"
    rm -f "$work/carved"
    run carve --layout "$layout" "$core" "$work/carved"
    if [ "$rc" -ge 3 ] && [ ! -e "$work/carved" ]; then ok "layout/$1/carve"; else
        not_ok "layout/$1/carve" "exit code $rc: $(cat "$work/out" "$work/err")"; fi
}
# other sizes of what the section table is made of: half of the RAM has no section then
astray section-size 's/^SIZE(mem_section)=.*/SIZE(mem_section)=24/'
astray section-twice 's/^SIZE(mem_section)=.*/SIZE(mem_section)=64/'
astray section-map 's/^OFFSET(mem_section.section_mem_map)=.*/OFFSET(mem_section.section_mem_map)=8/' 4
# sections that lead to no memmap, and no RAM anywhere
astray page-size 's/^SIZE(page)=.*/SIZE(page)=128/'
astray usage 's/^OFFSET(mem_section.usage)=.*/OFFSET(mem_section.usage)=0/'

# A model that contradicts itself here and there is shown, with a warning; nothing is left out on it.
make_core tests/vmcores/text/contradiction-unmapped.txt
run ranges --layout "$layout" "$core"
if [ "$rc" -eq 1 ] && grep -q 'absent' "$work/out"; then ok model/shown; else
    not_ok model/shown "exit code $rc: $(cat "$work/out" "$work/err")"; fi
# one line on standard error: nothing is left out, and why
said() {
    if [ "$(grep -c . "$work/err")" -eq 1 ] && grep -q 'lead to no memmap: nothing is left out' "$work/err"
    then ok "model/$1/said"; else not_ok "model/$1/said" "$(cat "$work/err")"; fi
}
run carve --layout "$layout" "$core" "$work/carved"
said carve
# nothing in the table between the two headings, and what was written gives the same verdicts
same() { "$zdm" ranges --json --layout "$layout" "$1" 2>/dev/null | sed 's/"vmcore":"[^"]*"//'; }
if [ "$rc" -eq 1 ] && ! sed -n '/^Left out/,/^Kept/p' "$work/out" | grep -q '[0-9]' &&
    [ -n "$(same "$core")" ] && [ "$(same "$core")" = "$(same "$work/carved")" ]; then ok model/carve; else
    not_ok model/carve "exit code $rc: $(cat "$work/out")"; fi
run carve --dry-run --layout "$layout" "$core"
said dry-run
run exec --quiet --layout "$layout" stat -c %s "$core"
said exec
run exec --quiet --layout "$layout" "$zdm" ranges --json --layout "$layout" "$core"
if [ "$(sed 's/"vmcore":"[^"]*"//' "$work/out")" = "$(same "$core")" ]; then ok model/exec; else
    not_ok model/exec "$(head -c 300 "$work/out")"; fi

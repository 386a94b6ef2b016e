#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: nothing but lib/memory/arch_*.c (and tests) knows a machine: no ELF number, no register, no
# kernel address, no number of its VMCOREINFO. And whether this suite would see one.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

names='EM_X86_64|pgtable_l5|\<R(AX|IP|SP)\>|0xffffffff8|0xffff888'

# What still does; to be mended, not to be added to.
owed='^lib/oops/'	# the registers of an oops in text, also of machines whose dumps are not judged

# Lines below DIR that know a machine, comments of C left out
knowing() {
    local dir=$1 file
    (cd "$dir" && find lib dumpfile tools extensions include python -name '*.[ch]' -o -name '*.def' \
        -o -name '*.py' 2>/dev/null) | grep -v '^lib/memory/arch_[a-z0-9_]*\.c$' | grep -vE "$owed" |
        sort | while read -r file; do
        grep -qE "$names" "$dir/$file" || continue	# a compiler for each file takes minutes
        case $file in
        *.py) sed 's/#.*//' "$dir/$file" ;;
        *) gcc -fpreprocessed -dD -E -P -x c "$dir/$file" 2>/dev/null ;;
        esac | grep -E "$names" | sed "s,^,$file: ," | head -3
    done || true
}

found=$(knowing .)
if [ -z "$found" ]; then ok door; else not_ok door "$found"; fi
# shellcheck disable=SC2010 # names of our own
if ls lib/memory | grep -q '^arch_'; then ok door/machines; else not_ok door/machines "there is none"; fi

mkdir "$work/tree"
planted() {
    local name=$1 file=$2 line=$3
    mkdir -p "$work/tree/$(dirname "$file")"
    printf '%s\n' "$line" >"$work/tree/$file"
    found=$(knowing "$work/tree")
    rm "$work/tree/$file"
    case $found in
    "$file: "*) ok "door/planted-$name" ;;
    *) not_ok "door/planted-$name" "not seen: '$found'" ;;
    esac
}
planted elf lib/capsule/capsule.c 'int m = EM_X86_64;'
planted number extensions/crash/reader_crash.c 'const char *s = "pgtable_l5_enabled";'
planted register extensions/gdb/oops.py 'NAMES = ("RAX",)'
planted address tools/zdm/live.c '#define STEXT 0xffffffff81000000ull'
planted row lib/kernel/kdef.def 'KDEF_NUMBER(L5, "pgtable_l5_enabled")'
found=$(mkdir -p "$work/tree/lib/memory" && echo 'int m = EM_X86_64;' >"$work/tree/lib/memory/arch_x86_64.c" &&
    knowing "$work/tree")
if [ -z "$found" ]; then ok door/inside; else not_ok door/inside "$found"; fi

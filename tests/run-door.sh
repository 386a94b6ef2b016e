#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: nothing but lib/memory/arch_*.c (and tests) knows a machine: no ELF number, no register, no
# kernel address, no number of its VMCOREINFO. And no string of the library knows an option or a
# command of a program: front ends word what would help (enum zdm_hint). And whether this suite
# would see one.
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

# Strings below DIR that name an option, or a command of ours
wording() {
    local dir=$1
    (cd "$dir" && find lib -name '*.[ch]' -o -name '*.def') | sort | while read -r file; do
        grep -qE -e '--[a-z]|"[^"]*zdm [a-z]' "$dir/$file" || continue
        # the inside of every string; a custom property of CSS is followed by a colon or a bracket
        gcc -fpreprocessed -dD -E -P -x c "$dir/$file" 2>/dev/null | grep -v '^#include' |
            grep -oE '"([^"\\]|\\.)*"' |
            grep -E "(^\"|[ \`'(])--[a-z][a-z-]*([^]a-z:)-]|$)|\<zdm ($commands)\>|in_gdb_words" |
            sed "s,^,$file: ," | head -3
    done || true
}
commands=$(sed -nE 's/^\trow\(([a-z]+)\).*/\1/p' tools/zdm/main.c | paste -sd'|')
if [ -n "$commands" ]; then ok door/commands; else not_ok door/commands "tools/zdm/main.c names none"; fi
found=$(wording .)
if [ -z "$found" ]; then ok door/words; else not_ok door/words "$found"; fi
worded() {
    mkdir -p "$work/words/lib/model"
    printf '%s\n' "$2" >"$work/words/lib/model/pgmaps.c"
    if [ -n "$(wording "$work/words")" ]; then ok "door/planted-$1"; else
        not_ok "door/planted-$1" "not seen"; fi
}
worded option 'err(e, "not found; give --vmlinux or a layout");'
worded option-first 'err(e, "--layout would help");'
worded option-quoted "err(e, \"give '--layout'\");"
# shellcheck disable=SC2016 # the backquotes are meant
worded command 'err(e, "no layout file; write one with `zdm layout`");'
mkdir -p "$work/css/lib/report"
printf '%s\n' 'out(o, "svg{--fg:#1d2733;background:var(--bg)}" "--on:#fff;"); /* --option */' >"$work/css/lib/report/css.c"
found=$(wording "$work/css")
if [ -z "$found" ]; then ok door/css; else not_ok door/css "$found"; fi

# Structures that a caller fills in begin with their size, and are taken by the one rule (docs/objects.md).
sized() { # HEADERS...: name, and whether its first member is the size
    awk '/^struct zdm_[a-z_]* \{/ { name = $2; getline; print name, /^\tsize_t size;/ ? "sized" : "plain" }' "$@"
}
bad=$(sized include/zdm/*.h | awk '$1 ~ /_opts$/ && $2 == "plain" { print $1 " has no size" }')
bad=$bad$(for name in $(sized include/zdm/*.h | awk '$2 == "sized" { print $1 }'); do
    grep -rqE "ZDM_OPTS_TAKE\(.*struct $name\>" lib || echo "$name is not taken by the rule"
    grep -qE "struct $name\>" tests/unit/test_opts.c || echo "$name is not in test_opts.c"
    grep -q "\`$name\`" docs/objects.md || echo "$name is not in docs/objects.md"
done)
if [ -z "$bad" ]; then ok door/sized; else not_ok door/sized "$bad"; fi
printf 'struct zdm_new_opts {\n\tbool hex;\n};\n' >"$work/new.h"
if [ "$(sized "$work/new.h")" = "zdm_new_opts plain" ]; then ok door/planted-sized; else
    not_ok door/planted-sized "not seen"; fi

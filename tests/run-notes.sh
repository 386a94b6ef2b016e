#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2015 # backquotes are meant; ok does not fail
# Suite: docs/kernel-notes.md against the code: every feature of kfeat.h and every
# kernel commit that the library cites stands in it; every row and test it names
# exists; no commit has two subjects.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

notes=${NOTES:-docs/kernel-notes.md}
export LC_ALL=C # one order for sort and comm

# missing NAME WHAT...: none may be
missing() {
    local name=$1
    shift
    if [ $# -eq 0 ]; then ok "notes/$name"; else not_ok "notes/$name" "$*"; fi
}
words() { grep -oE "$1" "$notes" | sort -u; }

# Features: in the code but not in the notes, and the other way round.
grep -oE 'ZDM_FEAT_[A-Z_]+' lib/kernel/kfeat.h | sed 's/^ZDM_//' | sort -u >"$work/code"
words 'FEAT_[A-Z_]+' >"$work/named"
mapfile -t bad < <(comm -23 "$work/code" "$work/named")
missing features "${bad[@]}"
mapfile -t bad < <(comm -13 "$work/code" "$work/named")
missing features-exist "${bad[@]}"

# Rows of kdef.def.
sed -nE 's/^KDEF_(SYMBOL|SIZE|MEMBER|NUMBER)\(([A-Z0-9_]+),.*/\1_\2/p' lib/kernel/kdef.def |
    sed 's/^SYMBOL_/SYM_/; s/^MEMBER_/MEM_/; s/^NUMBER_/NUM_/' | sort -u >"$work/code"
words '`(SYM|SIZE|MEM|NUM)_[A-Z0-9_]+`' | tr -d '`' | sort >"$work/named"
mapfile -t bad < <(comm -13 "$work/code" "$work/named")
missing rows-exist "${bad[@]}"
[ "$(wc -l <"$work/named")" -gt 50 ] && ok notes/rows-seen || not_ok notes/rows-seen "the table is not read"

# Tests.
bad=()
for name in $(words '(text|unit|[0-9]\.[0-9]+(\.[0-9]+)?)/[a-zA-Z0-9._+-]+' | sed 's/[.,]*$//'); do
    case $name in
    */NAME*) continue ;;
    text/*) file=tests/vmcores/$name.txt ;;
    unit/*) file=tests/$name.c ;;
    *) file=tests/vmcores/$name.elf.xz ;;
    esac
    [ -e "$file" ] || bad+=("$file")
done
missing tests-exist "${bad[@]}"

# Every row of the table names one.
mapfile -t bad < <(grep '^| ' "$notes" | grep -vE '^\| (\*\*|difference)' |
    grep -vE '\| [^|]*(text|unit|[0-9]\.[0-9]+(\.[0-9]+)?)/[^|]*\|$' | cut -c1-60)
missing rows-tested "${bad[@]}"

# Commits: 12 digits, each with one subject, each that the library cites among them.
grep -oE '\b[0-9a-f]{12,40}\b' -r lib | sed 's/.*://' |
    grep -E "[a-f]" | grep -E "[0-9]" | grep -v "^ffff" | cut -c1-12 | sort -u >"$work/code"
words '\b[0-9a-f]{12}\b' | grep -E '[a-f]' >"$work/named"
# (the digits themselves are no commit)
mapfile -t bad < <(comm -23 "$work/code" "$work/named" | grep -vx 0123456789ab || true)
missing commits "${bad[@]}"
mapfile -t bad < <(grep -oE '\b[0-9a-f]{12} "[^|]*"' "$notes" | grep -oE '^[0-9a-f]{12} "[^"]*"' | sort -u |
    cut -c1-12 | uniq -d)
missing one-subject "${bad[@]}"

# A witness is asked by kfeat.c alone. Who reads the thing itself asks whether it is there: those
# stand here by name.
lib=${LIB:-lib}
read_by_others='MEM_BLOCK_STATE|MEM_PGMAP_ALTMAP|MEM_PGMAP_REF|SYM_NODE_DATA|SYM_CONTIG_PAGE_DATA'
witness=$(grep -oE 'ZDM_(SYM|MEM|NUM|SIZE)_[A-Z0-9_]+' lib/kernel/kfeat.c | sort -u |
    grep -vxE "ZDM_($read_by_others)" | paste -sd'|')
mapfile -t bad < <(grep -rnE "kdef_has\([^()]*\b($witness)\)|\bver(sion)?_code|KERNEL_VERSION" "$lib" |
    grep -vE '/kernel/(kfeat|session)\.c:' | cut -d: -f1,2)
missing witnesses "${bad[@]}"

# Would it see a violation?
[ -z "${NOTES:-}${LIB:-}" ] || exit 0
# planted TEST SED-EXPRESSION: with this change TEST must fail
planted() {
    local out
    sed -E "$2" "$notes" >"$work/planted.md"
    out=$(NOTES=$work/planted.md tests/run-notes.sh)
    if grep -q "^not ok notes/$1:" <<<"$out"; then ok "notes/planted-$1"; else
        not_ok "notes/planted-$1" "the violation was not seen"; fi
}
planted features 's/`FEAT_TAINT`//'
planted features-exist 's/FEAT_TAINT/FEAT_STAIN/'
planted rows-exist 's/`SYM_NODE_DATA`/`SYM_NODE_DATE`/'
planted tests-exist 's,text/5.10-split,text/5.10-spilt,'
planted rows-tested 's,text/5.10-split text/5.0-padding,none,'
planted commits 's/2d070eab2e82/2d070eab2e83/'
planted one-subject '0,/b80892ca022e "/s//e7744aa25cff "/'
mkdir "$work/lib"
echo 'if (zdm_kdef_has(&s->k, ZDM_SYM_PGMAP_ARRAY)) old = false;' >"$work/lib/stray.c"
out=$(LIB=$work/lib tests/run-notes.sh)
if grep -q '^not ok notes/witnesses: .*stray.c:1' <<<"$out"; then ok notes/planted-witnesses; else
    not_ok notes/planted-witnesses "the violation was not seen"; fi

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the suites of this folder, after tests/suite.sh.

zdm=$B/zdm
: "${work:?}"
core=$work/core layout=$work/layout

# make_core [TEXT]: a vmcore and its layout file; from a file, or from standard input with "-".
make_core() {
    local text=${1:-tests/vmcores/text/5.10-fsdax-dev.txt}
    if [ "$text" = - ]; then
        cat >"$work/text.txt"
        text=$work/text.txt
        cp tests/vmcores/text/*.inc "$work"
    fi
    "$B/tests/mkcore" -K tests/mkcore/kernels -l "$layout" -o "$core" "$text"
}

# run ARG...: zdm, at most 60 s; sets rc, leaves $work/out and $work/err.
run() {
    rc=0
    timeout 60 "$zdm" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}

# fails NAME CODE PATTERN ARG...: must end with CODE and say one line on standard
# error (a usage error: two) that matches PATTERN, and nothing on standard output.
fails() {
    local lines=1
    [ "$2" -ne 2 ] || lines=2
    fails_in $lines "$@"
}

# value NAME PATTERN ARG...: the same of an argument that is no good: code 2, and one line,
# as no help would mend it.
value() {
    local name=$1 pattern=$2
    shift 2
    fails_in 1 "$name" 2 "$pattern" "$@"
}

fails_in() {
    local lines=$1 name=$2 code=$3 pattern=$4
    shift 4
    run "$@"
    if [ "$rc" -ne "$code" ]; then
        not_ok "$name" "exit code $rc, expected $code: $(head -c 300 "$work/err")"
    elif [ "$(wc -l <"$work/err")" -ne $lines ]; then
        not_ok "$name" "not $lines line(s): $(cat "$work/err")"
    elif ! head -n 1 "$work/err" | grep -Eq "^zdm: .*($pattern)"; then
        not_ok "$name" "no /$pattern/ in: $(cat "$work/err")"
    elif [ -s "$work/out" ]; then
        not_ok "$name" "printed: $(head -c 200 "$work/out")"
    else
        ok "$name"
    fi
}

# works NAME CODE ARG...: must end with CODE.
works() {
    local name=$1 code=$2
    shift 2
    run "$@"
    if [ "$rc" -eq "$code" ]; then ok "$name"; else
        not_ok "$name" "exit code $rc, expected $code: $(head -c 300 "$work/err")"; fi
}

# shows NAME TEXT: the last output has a line that contains the text.
shows() {
    if grep -Fq -- "$2" "$work/out"; then ok "$1"; else
        not_ok "$1" "no '$2' in: $(head -c 400 "$work/out")"; fi
}

# le64 NUMBER, le32 NUMBER: its bytes as poke takes them
le64() { printf '%016x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/'; }
le32() { le64 "$1" | cut -c 1-8; }

shows_not() {
    if ! grep -Fq -- "$2" "$work/out" "$work/err"; then ok "$1"; else
        not_ok "$1" "'$2' in: $(cat "$work/out" "$work/err")"; fi
}

# poke FILE OFFSET HEX: overwrite bytes.
poke() {
    printf '%b' "$(printf '%s' "$3" | sed 's/../\\x&/g')" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# text_of_5_15: a vmcore as text with all that kpage asks for. 5.15 writes the struct pages of
# all boot memory: zeros are none.
text_of_5_15() {
    cat tests/vmcores/text/5.15-collision.txt
    # include/linux/mm_types.h and page-flags.h of 5.15
    echo 'OFFSET(page.mapping)=24 OFFSET(page.private)=40 OFFSET(page.compound_head)=8'
    local i=0 name
    for name in locked referenced uptodate dirty lru active workingset waiters error slab owner_priv_1 arch_1 \
        reserved private private_2 writeback head mappedtodisk reclaim swapbacked unevictable mlocked; do
        printf 'NUMBER(PG_%s)=%d\n' "$name" $((i++))
    done
    printf 'NUMBER(PG_double_map)=6\nNUMBER(PG_swapcache)=10\nNUMBER(PG_hwpoison)=22\n'
    printf 'node 0 span=0x0..0x14000\nzone 1 span=0x0..0xc000\nzone device span=0xc000..0x14000\n'
}

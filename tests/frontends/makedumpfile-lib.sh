# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests with makedumpfile share. Sourced, not run.
#   B         where zdm is built (build)
#   LABDIR    the lab's dumps (build/lab); KERNEL: which of them (all there are)
#   MDF_SCENARIOS  which scenarios; each test has a short list of its own
#   MAKEDUMPFILE  a makedumpfile with our patches; PATCHED_HEAD: one more, of git head
#   STOCK, STOCK_HEAD  makedumpfile as it is (that in PATH), and of git head
#   EXTENSION     zdm.so, for STOCK_HEAD and NEXT
#   NEXT          git head with makedumpfile-patch/next; EXCLUDE_RANGE: the extension in it
#   MDF_CRASH=1   open what was written in crash, too (CRASH, if not that in PATH)

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
: "${B:=build}" "${LABDIR:=$B/lab}"
export ZDM=$PWD/$B/zdm
NAME=$(basename "$0" .sh)
# shellcheck source=tests/suite.sh
. tests/suite.sh
WORK=$work
STOCK=${STOCK:-makedumpfile}

ok() { say "ok $NAME/$1"; }
not_ok() { say "not ok $NAME/$1: $(one_line "${*:2}")"; }
skip() { say "ok $NAME/$1 # SKIP $(one_line "${*:2}")"; }
skip_all() {
    say "ok $NAME # SKIP $(one_line "$@")"
    exit 0
}
# check TEST COMMAND...: one line for what must succeed
check() {
    local test=$1 rc=0
    shift
    "$@" >"$WORK/log" 2>&1 || rc=$?
    if [ $rc = 0 ]; then ok "$test"; else not_ok "$test" "exit code $rc: $(tail -4 "$WORK/log")"; fi
    return 0
}

command -v "$STOCK" >/dev/null || skip_all "no makedumpfile here"

# lab_scenarios NAME...: "KERNEL/SCENARIO" of those that are there with all they need
lab_scenarios() {
    local k s
    for k in ${KERNEL:-$(ls "$LABDIR" 2>/dev/null)}; do
        for s; do
            [ ! -e "$LABDIR/$k/$s/.done" ] || [ ! -s "$LABDIR/$k/$s/expected.txt" ] ||
                [ -e "$LABDIR/$k/$s/layout" ] || [ "$k" = 5.10 ] || echo "$k/$s"
        done
    done
}

# phoff64 ELF OUT: QEMU's dump with its program headers where makedumpfile looks
# for them. Takes the place of the section header, which only PN_XNUM needs.
phoff64() {
    local nr off
    off=$(od -An -tu8 -j32 -N8 "$1" | tr -d ' ')
    nr=$(od -An -tu2 -j56 -N2 "$1" | tr -d ' ')
    cp --sparse=always --reflink=auto "$1" "$2"
    chmod u+w "$2"
    [ "$off" != 64 ] || return 0
    dd if="$1" of="$2" bs=1 skip="$off" seek=64 count=$((nr * 56)) conv=notrunc status=none
    # e_phoff 64, e_shoff 0, then e_ehsize 64, and no sections
    printf '\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' | dd of="$2" bs=1 seek=32 conv=notrunc status=none
    printf '\100\0' | dd of="$2" bs=1 seek=52 conv=notrunc status=none
    printf '\0\0\0\0\0\0' | dd of="$2" bs=1 seek=58 conv=notrunc status=none
}

# pages [-d] [-a] A B DIR: A against B, page by page, by the kernel's testimony
pages() {
    local opts=() dir
    while [[ $1 == -? ]]; do
        opts+=("$1")
        shift
    done
    dir=$3
    "$B/tests/dumppages" "${opts[@]}" "$1" "$2" "$dir/testimony.txt" "$dir/expected.txt"
}

# judge_kept [-dakh] A B DIR: pages, and leaves "class count..." of the pages that
# B kept in $WORK/kept
judge_kept() {
    local rc=0
    pages "$@" >"$WORK/pages" 2>&1 || rc=$?
    sed -n 's/^both: //p; s/^only B: */ + /p' "$WORK/pages" | tr -d '\n' | sed 's/ + $//' >"$WORK/kept"
    cat "$WORK/pages"
    return $rc
}

median() { sort -n | awk '{ t[NR] = $1 } END { if (NR) print t[int((NR + 1) / 2)] }'; }

# in_crash KERNEL DUMP [COMMAND]: crash opens it; what it says to COMMAND is in $WORK/crash
in_crash() {
    printf '%s\n' "${3:-}" sys quit >"$WORK/commands"
    timeout 300 "${CRASH:-crash}" -s -i "$WORK/commands" "$LABDIR/cache/$1/vmlinux" "$2" </dev/null \
        >"$WORK/crash" 2>&1 || true
    grep -q '^ *RELEASE: ' "$WORK/crash" || { tail -3 "$WORK/crash"; return 1; }
}

# crash_can KERNEL ORIGINAL: is crash asked for, and does it open this kernel's dumps at all?
crash_can() {
    [ -n "${MDF_CRASH:-}" ] && [ -e "$LABDIR/cache/$1/vmlinux" ] || return 1
    if [ ! -e "$WORK/crash.$1" ]; then
        rc=0
        in_crash "$1" "$2" >/dev/null || rc=$?
        echo $rc >"$WORK/crash.$1"
        [ $rc = 0 ] || skip "crash-$1" "this crash does not open a dump of $1: $(tail -1 "$WORK/crash")"
    fi
    [ "$(cat "$WORK/crash.$1")" = 0 ]
}

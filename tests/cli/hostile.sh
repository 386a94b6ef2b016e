#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: dumps made to break their reader, within 256 MiB and 5 CPU seconds; then every read and
# every allocation of every kind of file failing in turn: no signal, a documented exit code, the
# whole answer or none at exit code 0, and no verdict that the good run does not give.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core ""
so=$(realpath "$B/tests/failing.so")

# limited NAME CODES PATTERN ARG...: zdm within the limits; CODES: those allowed, "3 4"
limited() {
    local name=$1 codes=$2 pattern=$3 rc=0
    shift 3
    (
        ulimit -v 2000000 -t 5
        exec timeout 60 "$zdm" "$@"
    ) >"$work/out" 2>"$work/err" </dev/null || rc=$?
    if [[ " $codes " != *" $rc "* ]]; then
        not_ok "$name" "exit code $rc, expected one of $codes: $(head -c 300 "$work/err")"
    elif ! grep -Eq "$pattern" "$work/err" "$work/out"; then
        not_ok "$name" "no /$pattern/ in: $(head -c 300 "$work/err")"
    else
        ok "$name"
    fi
}

# cheap NAME CODES ARG...: zdm within 256 MiB and 5 CPU seconds
cheap() {
    local name=$1 codes=$2 rc=0 kib
    shift 2
    (
        ulimit -t 5
        exec timeout 60 /usr/bin/time -o "$work/cost" -f %M "$zdm" "$@"
    ) >"$work/out" 2>"$work/err" </dev/null || rc=$?
    kib=$(tail -1 "$work/cost")
    if [[ " $codes " != *" $rc "* ]]; then
        not_ok "$name" "exit code $rc, expected one of $codes: $(head -c 300 "$work/err")"
    elif [[ $kib -gt 262144 ]]; then not_ok "$name" "$kib KiB of memory"; else ok "$name"; fi
}

# note_elf FILE TEXT: an ELF core of nothing but a VMCOREINFO note
note_elf() {
    local len=${#2} off=176
    {
        printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0\1\0\0\0'
        head -c 8 /dev/zero
        printf '\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\100\0\70\0\2\0\0\0\0\0\0\0'
        head -c 112 /dev/zero
        printf '\13\0\0\0'
        printf '%b' "$(le32 "$len" | sed 's/../\\x&/g')"
        printf '\0\0\0\0VMCOREINFO\0\0%s\0\0\0\0' "$2"
    } >"$1"
    poke "$1" 64 04000000
    poke "$1" 72 "$(le64 $off)"
    poke "$1" 96 "$(le64 $((24 + (len + 3) / 4 * 4)))"
    poke "$1" 120 01000000
}

headers() {
    local f=$work/file off size
    note_elf "$f" '.KEY=1
'
    limited elf/dotted-key "3 4" 'VMCOREINFO' summary "$f"
    note_elf "$f" '=
'
    limited elf/empty-key "3 4" 'VMCOREINFO' summary "$f"
    "$B/tests/dumpconv" kdump "$core" "$work/kdump"
    # the sub-header's notes and VMCOREINFO: behind the end, endless, wrapping around
    for off in 32 48; do
        for size in 7fffffffffffff00 ffffffffffffffff 0000000000000080; do
            cp "$work/kdump" "$f"
            poke "$f" $((4096 + off)) "$size"
            limited "kdump/offset-$off-$size" 3 'not in the file' summary "$f"
            cp "$work/kdump" "$f"
            poke "$f" $((4096 + off + 8)) "$size"
            limited "kdump/size-$off-$size" 3 'not in the file' summary "$f"
        done
    done
    cp "$work/kdump" "$f"
    truncate -s 3G "$f"
    poke "$f" $((4096 + 56)) 0000008000000000
    limited kdump/notes-of-2-gib 3 'damaged: 2147483648 bytes of notes' summary "$f"
    cp "$work/kdump" "$f"
    poke "$f" 428 00000000
    limited kdump/block-size 3 'block size 0' summary "$f"
    poke "$f" 428 00000080
    limited kdump/block-size-2-gib 3 'block size 2147483648' summary "$f"
    cp "$work/kdump" "$f"
    poke "$f" 432 ffffffff
    limited kdump/sub-blocks 3 'not in the file' summary "$f"
    cp "$work/kdump" "$f"
    poke "$f" 436 ffffff00
    limited kdump/bitmap-blocks 3 'not in the file' summary "$f"
    # a sparse file may hold any bitmap: 2^24 blocks of nothing
    cp "$work/kdump" "$f"
    truncate -s 80G "$f"
    poke "$f" 436 ffffff00
    poke "$f" $((4096 + 96)) ffffffff7f000000
    limited kdump/sparse-bitmap "3 4" 'zdm:' summary "$f"
    cp "$work/kdump" "$f"
    poke "$f" 8 00000006
    limited kdump/big-endian 3 'little-endian' summary "$f"
}

segments() {
    local f=$work/file
    # program headers that a sparse file makes room for
    cp "$core" "$f"
    truncate -s 300G "$f"
    poke "$f" 32 "$(le64 4294967296)"
    poke "$f" 56 ffff
    poke "$f" 40 "$(le64 8589934592)"
    poke "$f" 58 40000100
    poke "$f" $((8589934592 + 44)) ffffffff
    limited elf/4-billion-segments "3 4" 'zdm:' summary "$f"
    # notes that all are the same bytes of the file
    cp "$core" "$f"
    truncate -s 64M "$f"
    python3 - "$f" <<'END'
import struct, sys
with open(sys.argv[1], "r+b") as f:
    f.seek(40 << 20)
    f.write(struct.pack("<IIQQQQQQ", 4, 0, 32 << 20, 0, 0, 4 << 20, 0, 0) * 300)
    f.seek(32)
    f.write(struct.pack("<Q", 40 << 20))
    f.seek(56)
    f.write(struct.pack("<H", 300))
END
    limited elf/notes-over-each-other 3 'notes' summary "$f"
}

records() {
    local f=$work/file
    # a record for each byte, in an order that joins nothing
    python3 - "$f" <<'END'
import struct, sys
out = bytearray(b"makedumpfile\0\0\0\0" + struct.pack(">QQ", 1, 1)).ljust(4096, b"\0")
n = 10 * (1 << 20) // 17
for i in range(n):
    out += struct.pack(">QQ", (i * 7919) % n * 3, 1) + b"\x7f"
open(sys.argv[1], "wb").write(out)
END
    limited flattened/10-mib-of-single-bytes 3 'not a dump file' summary "$f"
    python3 - "$f" <<'END'
import struct, sys
out = bytearray(b"makedumpfile\0\0\0\0" + struct.pack(">QQ", 1, 1)).ljust(4096, b"\0")
for i in range(2000):
    out += struct.pack(">QQ", 2000 - i, 2000) + bytes(2000)
open(sys.argv[1], "wb").write(out)
END
    limited flattened/nested 3 'not a dump file' summary "$f"
}

# Files that others made: read from where they are.
shared() {
    local dir=../shared/hostile name
    [ -d $dir ] || { skip hostile/shared "no $dir"; return; }
    for name in A1.kdump A1b.kdump A2.elf; do
        limited "hostile/$name" "3 4" 'zdm:' summary "$dir/$name"
    done
    cp $dir/A1.kdump "$work/file"
    chmod u+w "$work/file"
    poke "$work/file" $((4096 + 56)) 0000008000000000
    limited hostile/A1-2-gib 3 'zdm:' summary "$work/file"
    # page tables that lead to themselves, and segments over each other: 6 to 9 MB of file
    for name in bomb chk19 sec22n; do
        xz -dc "$dir/$name.xz" >"$work/file"
        cheap "hostile/$name" "1 3" summary --layout "$dir/6.1.layout" "$work/file"
    done
    python3 "$dir/gen.py" "$work/file" --sections 8192 --pg 1000 --loads 40000 >/dev/null
    cheap hostile/loads "0 1 3" carve --dry-run --layout "$work/file.layout" "$work/file"
}

# invented FILE GOOD: page frames that FILE calls valid, and that no valid range of GOOD has.
valid() { awk '$5 == "yes" { print $1, $2 }' "$1"; }
invented() {
    local from to start end
    while read -r from to; do
        # ranges are in order: what of this one is left behind each good one
        while read -r start end; do
            ((start > from || end <= from)) || from=$((end < to ? end : to))
        done < <(valid "$2")
        ((from >= to)) || echo "$from-$to"
    done < <(valid "$1")
}

# sweep FORM WHAT: WHAT is nomem, or how a read fails
sweep() {
    local form=$1 what=$2 n i rc bad='' args=(ranges -q --layout "$layout" "$work/$1")
    FAILING=$what FAILING_COUNT=$work/count LD_PRELOAD=$so "$zdm" "${args[@]}" >"$work/good" 2>/dev/null
    n=$(cat "$work/count")
    for ((i = 1; i <= n && ${#bad} < 400; i++)); do
        rc=0
        FAILING=$what FAILING_AT=$i timeout 60 env LD_PRELOAD="$so" "$zdm" "${args[@]}" \
            >"$work/out" 2>"$work/err" </dev/null || rc=$?
        case $rc in
        0)
            cmp -s "$work/good" "$work/out" || bad+=" $i: another answer at exit code 0" ;;
        1|3|4) ;;
        *) bad+=" $i: exit code $rc" ;;
        esac
        # a test of the text: what JSON does without memory is for the library's own tests
        [ "$rc" -ne 3 ] || [ -s "$work/err" ] || bad+=" $i: exit code 3 without a word"
        [ -z "$(invented "$work/out" "$work/good")" ] || bad+=" $i: a new yes"
    done
    if [ -n "$bad" ]; then not_ok "sweep/$form/$what" "of $n:$bad"; else
        ok "sweep/$form/$what-of-$n"; fi
}

sweeps() {
    local form what
    make_core ""
    for form in kdump kdump-lzo flat; do
        "$B/tests/dumpconv" $form "$core" "$work/$form"
    done
    "$B/tests/dumpconv" flat "$work/kdump" "$work/flat-kdump"
    cp "$core" "$work/elf"
    "$zdm" capsule -q --layout "$layout" "$core" "$work/capsule"
    for form in elf kdump kdump-lzo flat flat-kdump capsule; do
        for what in nomem eio short eintr end; do sweep "$form" $what; done
    done
}

# A file that shrinks while it is open: nothing of the answer is to be relied on.
shrinking() {
    local form rc
    for form in elf kdump flat; do
        cp "$work/$form" "$work/file"
        rc=0
        FAILING=truncate FAILING_AT=12 FAILING_FILE=$work/file LD_PRELOAD=$so \
            "$zdm" ranges -q --layout "$layout" "$work/file" >"$work/out" 2>"$work/err" || rc=$?
        if [ $rc -eq 3 ] && grep -q 'became shorter\|cannot' "$work/err"; then ok "shrinks/$form"; else
            not_ok "shrinks/$form" "exit code $rc: $(cat "$work/err")"; fi
    done
}

headers
segments
records
shared
sweeps
shrinking

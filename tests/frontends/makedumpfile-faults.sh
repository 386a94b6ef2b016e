#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bad input and faults: the dump completes as without zdm, or fails as without;
# a clear line says what was wrong; no half file keeps the final name.
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

s=$(lab_scenarios split | head -1)
[ -n "$s" ] || skip_all "no dump of the scenario split in $LABDIR"
dir=$LABDIR/$s
phoff64 "$dir/dump.elf" "$WORK/good.elf"

# refused TEST EXIT TEXT COMMAND...: fails so, says so in one line, leaves no OUT
refused() {
    local test=$1 want=$2 text=$3 rc=0
    shift 3
    rm -f "$WORK/OUT"
    "$@" >"$WORK/o" 2>"$WORK/e" || rc=$?
    if [ $rc != "$want" ]; then
        not_ok "$test" "exit code $rc, not $want: $(cat "$WORK/e")"
    elif ! grep -q "$text" "$WORK/e"; then
        not_ok "$test" "does not say '$text': $(cat "$WORK/e")"
    elif [ -e "$WORK/OUT" ] || [ -n "$(find "$WORK" -name '*.zdm-*' -o -name '.zdm-*')" ]; then
        not_ok "$test" "leaves a file behind"
    else
        ok "$test"
    fi
}

# ---- carve: what is refused ----
refused in-place 2 'never changed in place' "$ZDM" carve --in-place "$WORK/good.elf"
refused onto-itself 2 'the dump itself' "$ZDM" carve "$WORK/good.elf" "$WORK/good.elf"
refused no-out 2 'OUT is missing' "$ZDM" carve "$WORK/good.elf"
refused level 2 'from 0 to 31' "$ZDM" carve --dump-level 32 "$WORK/good.elf" "$WORK/OUT"
refused no-dump 3 'OUT\|not' "$ZDM" carve /etc/passwd "$WORK/OUT"
refused no-directory 3 'cannot write' "$ZDM" carve "$WORK/good.elf" "$WORK/none/OUT"
printf 'nonsense\n' >"$WORK/lying.layout"
refused layout 3 'layout' "$ZDM" carve --layout "$WORK/lying.layout" "$WORK/good.elf" "$WORK/OUT"

# ---- a full disk ----
mkdir "$WORK/small"
if mount -t tmpfs -o size=8m none "$WORK/small" 2>/dev/null; then
    rc=0
    "$ZDM" carve -qf "$WORK/good.elf" "$WORK/small/OUT" >/dev/null 2>"$WORK/e" || rc=$?
    if [ $rc = 3 ] && grep -q 'No space left' "$WORK/e" && [ -z "$(ls -A "$WORK/small")" ]; then
        ok full-disk
    else
        not_ok full-disk "exit code $rc, $(cat "$WORK/e"), left: $(ls -A "$WORK/small")"
    fi
    umount "$WORK/small"
else
    skip full-disk "cannot mount a tmpfs here"
fi

# ---- a signal in the middle ----
"$ZDM" carve -qf "$WORK/good.elf" "$WORK/OUT" >/dev/null 2>&1 & pid=$!
sleep 0.15
kill -TERM $pid 2>/dev/null || true
rc=0
wait $pid || rc=$?
if [ $rc = 0 ] || { [ ! -e "$WORK/OUT" ] && [ -z "$(find "$WORK" -name '*.zdm-*')" ]; }; then
    ok signal
else
    not_ok signal "exit code $rc and a file"
fi
rm -f "$WORK/OUT"

# as_without TEST DUMP [ZDM-OPTION...]: makedumpfile under exec ends as it does alone,
# or better; and what it writes when both write is the same or smaller
as_without() {
    local test=$1 dump=$2 a=0 b=0
    shift 2
    rm -f "$WORK/a.kd" "$WORK/b.kd"
    "$STOCK" -l -d 31 "$dump" "$WORK/a.kd" >"$WORK/a" 2>&1 || a=$?
    "$ZDM" exec "$@" -- "$STOCK" -l -d 31 "$dump" "$WORK/b.kd" >"$WORK/b" 2>&1 || b=$?
    if [ $b = 0 ] || [ $b = $a ]; then
        ok "$test (alone $a, with zdm $b)"
    else
        not_ok "$test" "alone $a, with zdm $b: $(grep -a zdm "$WORK/b") $(tail -2 "$WORK/b")"
    fi
    if [ -n "${MAKEDUMPFILE:-}" ] && [ $# = 0 ]; then
        b=0
        rm -f "$WORK/b.kd"
        "$MAKEDUMPFILE" -l -d 31 "$dump" "$WORK/b.kd" >"$WORK/b" 2>&1 || b=$?
        if [ $b = 0 ] || [ $b = $a ]; then ok "$test/patched ($b)"; else
            not_ok "$test/patched" "alone $a, patched $b: $(tail -2 "$WORK/b")"
        fi
    fi
    rm -f "$WORK"/[ab].kd
}

# kaddr of the direct map, without KASLR; the first PT_LOAD begins at 0
off0=$(readelf -lW "$WORK/good.elf" | awk '$1 == "LOAD" { print $2; exit }')
# damage COPY KADDR BYTES VALUE
damage() {
    cp --sparse=always "$WORK/good.elf" "$1"
    head -c "$3" /dev/zero | tr '\0' "\\$4" |
        dd of="$1" bs=1 seek=$((off0 + 0x$2 - 0xffff888000000000)) conv=notrunc status=none
}
section=$("$ZDM" sections -q "$WORK/good.elf" | awk '$1 == 35 { print $6 }')
pgmap=$("$ZDM" pgmaps -q "$WORK/good.elf" | awk '$1 == "pgmap" { print $3; exit }')
if [ ${#section} = 16 ] && [ ${#pgmap} = 16 ]; then
    damage "$WORK/bad.elf" "$section" 16 377
    as_without damaged-section "$WORK/bad.elf"
    damage "$WORK/bad.elf" "$section" 16 0
    as_without missing-section "$WORK/bad.elf"
    damage "$WORK/bad.elf" "$pgmap" 200 132
    as_without damaged-pgmap "$WORK/bad.elf"
    if "$ZDM" carve -f "$WORK/bad.elf" "$WORK/OUT" >"$WORK/o" 2>"$WORK/e"; then
        not_ok damaged-pgmap-said "exit code 0"
    elif grep -q 'zdm: ' "$WORK/e" && [ -e "$WORK/OUT" ]; then
        ok damaged-pgmap-said
    else
        not_ok damaged-pgmap-said "$(cat "$WORK/e")"
    fi
    rm -f "$WORK/OUT" "$WORK/bad.elf"
else
    not_ok damage "no section 35 or pgmap in $s: '$section' '$pgmap'"
fi

# ---- calls that a signal interrupts, or that move less than was asked for ----
# carve gives the same bytes; makedumpfile, which takes neither, ends as it does alone
faulty=$PWD/$B/tests/faulty.so
if [ -e "$faulty" ]; then
    for f in "$WORK/good.elf" "$dir/dump.kdump"; do
        "$ZDM" carve -qf "$f" "$WORK/whole.elf"
        for how in eintr short; do
            for every in 2 7; do
                test=$how/$every/$(basename "$f")
                check "$test" env FAULTY=$how FAULTY_EVERY=$every LD_PRELOAD="$faulty" \
                    "$ZDM" carve -qf "$f" "$WORK/OUT"
                check "$test/same" cmp "$WORK/whole.elf" "$WORK/OUT"
                rm -f "$WORK/OUT"
            done
        done
    done
    rm -f "$WORK/whole.elf"
    for how in eintr short; do
        for every in 3 1000; do
            export FAULTY=$how FAULTY_EVERY=$every LD_PRELOAD=$faulty
            as_without "exec/$how/$every" "$WORK/good.elf"
            unset FAULTY FAULTY_EVERY LD_PRELOAD
        done
    done
else
    skip eintr "$faulty is not built"
fi

# ---- truncated, lying ----
cp --sparse=always "$WORK/good.elf" "$WORK/cut.elf"
truncate -s 1300M "$WORK/cut.elf"
as_without truncated "$WORK/cut.elf"
rc=0
"$ZDM" carve -f "$WORK/cut.elf" "$WORK/OUT" >"$WORK/o" 2>"$WORK/e" || rc=$?
if [ $rc = 1 ] && grep -q 'truncated' "$WORK/e"; then ok truncated-said; else
    not_ok truncated-said "exit code $rc: $(cat "$WORK/e")"
fi
rm -f "$WORK/OUT" "$WORK/cut.elf"
as_without lying-layout "$WORK/good.elf" --layout "$WORK/lying.layout"
as_without no-preload "$WORK/good.elf" --vmcore /nonexistent

# ---- altmaps that are not where they are said to be ----
truncate -s 64M "$WORK/zero.img"
"$ZDM" carve --altmap-from "$WORK/zero.img@0x100000000" --dry-run "$dir/dump.elf" >"$WORK/o" 2>"$WORK/e" || true
if grep -q '^added' "$WORK/o"; then not_ok altmap-in-dump "adds what the dump has"; else ok altmap-in-dump; fi
k=${s%/*}/fsdax-dev+kdump
if [ -e "$LABDIR/$k/vmcore" ]; then
    as_without struct-pages-missing "$LABDIR/$k/vmcore"
    for from in "$WORK/zero.img@0x100000000" "$WORK/zero.img@0x200000000"; do
        "$ZDM" carve --altmap-from "$from" --dry-run "$LABDIR/$k/vmcore" >"$WORK/o" 2>"$WORK/e" || true
        if grep -q 'holds something else\|no source reaches it' "$WORK/e" &&
            ! grep -q '^added' "$WORK/o"; then
            ok "wrong-altmap/${from#*@}"
        else
            not_ok "wrong-altmap/${from#*@}" "$(cat "$WORK/o" "$WORK/e")"
        fi
    done
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every way to filter a dump, side by side, on QEMU's ELF file (its program headers
# where makedumpfile looks for them, too), the kdump-compressed one, and copies of
# /proc/vmcore: carve, exec and the patched ones complete whatever stock does; they
# keep no page of a dropped class by the kernel's testimony; what they keep is, byte
# for byte, what the dump has; what only stock keeps is of a dropped class; without
# device memory the output is stock's; zdm sees the same machine in it; crash opens it.
#   MAKEDUMPFILE, PATCHED_179, PATCHED_HEAD   makedumpfile with our patches
#   STOCK, STOCK_HEAD, EXTENSION              without, and zdm.so
#   NEXT                                      head with makedumpfile-patch/next, run with zdm.so
#   MDF_SCENARIOS   (ram split offline)
#   LEVEL, ROUNDS   dump level (31), runs for the time they take (1)
#   TABLE           table rows are added to this file
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"
LEVEL=${LEVEL:-31}
ROUNDS=${ROUNDS:-1}
TIMEFORMAT='%R %U %S'
ran=0

# way NAME IN OUT: one way to filter
way() {
    case $1 in
    stock) "$STOCK" -l -d "$LEVEL" "$2" "$3" ;;
    stock-head) "$STOCK_HEAD" -l -d "$LEVEL" "$2" "$3" ;;
    carve)
        "$ZDM" carve -qf --dump-level "$LEVEL" "$2" "$WORK/carved" &&
            "$STOCK" -l -d "$LEVEL" "$WORK/carved" "$3"
        ;;
    exec) "$ZDM" exec -q -- "$STOCK" -l -d "$LEVEL" "$2" "$3" ;;
    patched) "$MAKEDUMPFILE" -l -d "$LEVEL" "$2" "$3" ;;
    patched-1.7.9) "$PATCHED_179" -l -d "$LEVEL" "$2" "$3" ;;
    patched-head) "$PATCHED_HEAD" -l -d "$LEVEL" "$2" "$3" ;;
    extension) "$STOCK_HEAD" --extension "$EXTENSION" -l -d "$LEVEL" "$2" "$3" ;;
    next) "$NEXT" --extension "$EXTENSION" -l -d "$LEVEL" "$2" "$3" ;;
    esac
}

ways=(stock)
[ -z "${STOCK_HEAD:-}" ] || ways+=(stock-head)
ways+=(carve exec)
[ -z "${MAKEDUMPFILE:-}" ] || ways+=(patched)
[ -z "${PATCHED_179:-}" ] || ways+=(patched-1.7.9)
[ -z "${PATCHED_HEAD:-}" ] || ways+=(patched-head)
[ -z "${EXTENSION:-}" ] || ways+=(extension)
[ -z "${EXTENSION:-}" ] || [ -z "${NEXT:-}" ] || ways+=(next)

# run_ways IN WAY...: OUT in o.WAY, exit code in rc.WAY, times in t.WAY
run_ways() {
    local in=$1 w i rc
    shift
    rm -f "$WORK"/{o,rc,t,log,kept}.*
    for ((i = 0; i < ROUNDS; i++)); do
        for w; do
            [ "$(cat "$WORK/rc.$w" 2>/dev/null || echo 0)" = 0 ] || continue
            rm -f "$WORK/o.$w" "$WORK/carved"
            rc=0
            { time way "$w" "$in" "$WORK/o.$w" >"$WORK/log.$w" 2>&1; } 2>"$WORK/t" || rc=$?
            tail -1 "$WORK/t" >>"$WORK/t.$w"
            echo $rc >"$WORK/rc.$w"
        done
    done
    rm -f "$WORK/carved"
}

# What zdm says of a dump, but for its name and what it lacks
said() { "$ZDM" ranges -q "$1" 2>/dev/null | awk '{ print $1, $2, $3, $4, $5, $6 }'; }

# judge TEST WAY ORIGINAL: the output of a way
judge() {
    local test=$1 w=$2 original=$3 base=stock opts=(-d) o=$WORK/o.$2 same v
    case $w in
    stock-head | patched-head | extension | next) base=stock-head ;;
    patched-1.7.9) base=none ;; # no stock one of that version here
    esac
    case $w in patched* | extension | next | stock*) opts+=(-k) ;; esac
    # an output seen before needs no second look
    for same in "$WORK"/kept.*; do
        v=${same##*/kept.}
        [ -e "$same" ] || continue
        if [ "${opts[*]}" = "$(cat "$WORK/opts.$v")" ] && cmp -s "$WORK/o.$v" "$o"; then
            cp "$same" "$WORK/kept.$w"
            echo "${opts[*]}" >"$WORK/opts.$w"
            [[ $w == stock* ]] || ok "$test (as $v)"
            return
        fi
    done
    echo "${opts[*]}" >"$WORK/opts.$w"
    if [[ $w == stock* ]]; then
        judge_kept "${opts[@]}" -h "$original" "$o" "$dir" >/dev/null || true
    else
        check "$test/pages" judge_kept "${opts[@]}" -h "$original" "$o" "$dir"
    fi
    cp "$WORK/kept" "$WORK/kept.$w"
    [[ $w != stock* ]] || return 0
    if [ -e "$WORK/base.$base" ]; then
        check "$test/as-$base" pages "${opts[@]}" "$WORK/base.$base" "$o" "$dir"
        case $s in
        */ram | */ram+kdump*) [ "$f/$w" = dump.kdump/carve ] || check "$test/same-as-$base" cmp "$WORK/base.$base" "$o" ;;
        esac
    fi
    # zdm on the output: where makedumpfile knows the kernel, nothing it needs is gone
    if [[ $s != */*+kdump* && ( $s == 6.1/* || $w == *head || $w == extension || $w == next ) ]]; then
        said "$o" >"$WORK/after"
        check "$test/summary" cmp "$WORK/before" "$WORK/after"
    fi
    if [ "$f" != dump.elf ] && crash_can "${s%%/*}" "$original"; then
        check "$test/crash" in_crash "${s%%/*}" "$o"
    fi
}

# rows NAME: one table row for each way that was run
rows() {
    local w note rc
    for w in "${ways[@]}"; do
        [ -e "$WORK/rc.$w" ] || continue
        rc=$(cat "$WORK/rc.$w")
        note=
        if [ "$rc" != 0 ]; then
            note=$(grep -aoE "Can't [a-z -]*PT_LOAD|Can't read the buffer of struct page|^makedumpfile Failed" \
                "$WORK/log.$w" | head -1)
        fi
        echo "| $1 | $w | $rc${note:+, $note} | $(cat "$WORK/kept.$w" 2>/dev/null) | $(
            stat -c %s "$WORK/o.$w" 2>/dev/null) | $(awk '{ print $1 }' "$WORK/t.$w" | median) | $(
            awk '{ print $2 + $3 }' "$WORK/t.$w" | median) |"
    done
}

# shellcheck disable=SC2086 # a list
for s in $(lab_scenarios ${MDF_SCENARIOS:-ram split offline}); do
    dir=$LABDIR/$s
    for f in dump.elf dump.fixed dump.kdump vmcore; do
        in=$dir/$f
        if [ $f = dump.fixed ] && [ -e "$dir/dump.elf" ]; then
            in=$WORK/fixed.elf
            phoff64 "$dir/dump.elf" "$in"
        fi
        [ -e "$in" ] || continue
        original=$dir/dump.elf
        [ -e "$original" ] || original=$in
        ran=1
        list=("${ways[@]}")
        [ $f != dump.kdump ] || list=("${ways[@]/exec/}")
        # shellcheck disable=SC2068 # the word taken away is no word
        run_ways "$in" ${list[@]}
        said "$original" >"$WORK/before"
        # what stock makes of a kdump-compressed dump may be next to empty (patch 6):
        # there, too, what it makes of the ELF file is what ours is held against
        for w in stock stock-head; do
            [ $f != dump.kdump ] || break
            rm -f "$WORK/base.$w"
            [ "$(cat "$WORK/rc.$w" 2>/dev/null)" != 0 ] || cp "$WORK/o.$w" "$WORK/base.$w"
        done
        for w in "${ways[@]}"; do
            [ -e "$WORK/rc.$w" ] || continue
            rc=$(cat "$WORK/rc.$w")
            case $w in
            stock*) ;;
            extension)
                if [ "$rc" = 0 ] || [ "$rc" = "$(cat "$WORK/rc.stock-head")" ]; then ok "$s/$f/$w"; else
                    not_ok "$s/$f/$w" "exit code $rc: $(tail -2 "$WORK/log.$w")"
                fi
                ;;
            *)
                if [ "$rc" = 0 ]; then ok "$s/$f/$w (stock $(cat "$WORK/rc.stock"))"; else
                    not_ok "$s/$f/$w" "exit code $rc: $(tail -2 "$WORK/log.$w")"
                fi
                ;;
            esac
            [ "$rc" != 0 ] || judge "$s/$f/$w" "$w" "$original"
        done
        [ -z "${TABLE:-}" ] || rows "$s/$f" >>"$TABLE"
        rm -f "$WORK/fixed.elf" "$WORK"/o.*
    done
    rm -f "$WORK"/base.*
done
[ $ran = 1 ] || skip_all "no lab dumps in $LABDIR"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A makedumpfile with our patches (MAKEDUMPFILE=path): completes where the stock
# one fails, in every mode; keeps nothing invalid; without device memory its
# output is the stock one's, byte for byte.
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

[ -n "${MAKEDUMPFILE:-}" ] || skip_all "no MAKEDUMPFILE= given, the path of a patched one"
"$MAKEDUMPFILE" --help 2>&1 | grep -q memmap-filter || skip_all "$MAKEDUMPFILE has not our patches"
# shellcheck disable=SC2086 # a list
scenarios=$(lab_scenarios ${MDF_SCENARIOS:-ram split offline})
[ -n "$scenarios" ] || skip_all "no lab dumps in $LABDIR"

for s in $scenarios; do
    dir=$LABDIR/$s
    rm -f "$WORK"/*.elf "$WORK"/o.*
    phoff64 "$dir/dump.elf" "$WORK/f.elf"
    for how in "-l -d 2" "-c -d 31" "-p -d 31" "-z -d 31" "-l -d 31 --cyclic-buffer 1" "-E -d 31" \
        "-c -d 31 --non-mmap" "-c -d 31 --num-threads 2" "-l -d 31 --dry-run" "-l -d 31 --no-such-thing"; do
        rm -f "$WORK"/o.*
        read -ra args <<<"$how"
        if [[ $how == *no-such-thing ]]; then
            if "$MAKEDUMPFILE" "${args[@]}" "$WORK/f.elf" "$WORK/o.1" >/dev/null 2>&1; then
                not_ok "$s/$how" "accepted"
            fi
            continue
        fi
        check "$s/$how" "$MAKEDUMPFILE" "${args[@]}" "$WORK/f.elf" "$WORK/o.1"
        case $how in
        "-l -d 2") check "$s/$how/pages" pages -k -h "$WORK/f.elf" "$WORK/o.1" "$dir" ;;
        "-E -d 31") check "$s/$how/opens" "$ZDM" summary -q "$WORK/o.1" ;;
        esac
    done
    rm -f "$WORK"/o.*
    check "$s/split" "$MAKEDUMPFILE" --split -l -d 31 "$WORK/f.elf" "$WORK/o.1" "$WORK/o.2"
    check "$s/reassemble" "$MAKEDUMPFILE" --reassemble "$WORK/o.1" "$WORK/o.2" "$WORK/o.3"
    "$MAKEDUMPFILE" -l -d 31 "$WORK/f.elf" "$WORK/o.4" >/dev/null 2>&1
    check "$s/reassembled" pages -k -d "$WORK/o.4" "$WORK/o.3" "$dir"
    check "$s/flattened" sh -c "'$MAKEDUMPFILE' -F -l -d 31 '$WORK/f.elf' 2>/dev/null >'$WORK/o.5' &&
        '$MAKEDUMPFILE' -R '$WORK/o.6' <'$WORK/o.5'"
    # a refilter of its own output, which lacks pages that the model does not need
    check "$s/refilter" "$MAKEDUMPFILE" -c -d 31 "$WORK/o.4" "$WORK/o.7"
    check "$s/refiltered" pages -k -d "$WORK/o.4" "$WORK/o.7" "$dir"
    # turned off, or with nothing to go by: as the stock one
    a=0 b=0 c=0
    printf 'nonsense\n' >"$WORK/lying.layout"
    rm -f "$WORK"/o.*
    "$STOCK" -l -d 31 "$WORK/f.elf" "$WORK/o.1" >/dev/null 2>&1 || a=$?
    "$MAKEDUMPFILE" --no-memmap-filter -l -d 31 "$WORK/f.elf" "$WORK/o.2" >/dev/null 2>&1 || b=$?
    "$MAKEDUMPFILE" --zdm-layout "$WORK/lying.layout" -l -d 31 "$WORK/f.elf" "$WORK/o.3" >"$WORK/log" 2>&1 || c=$?
    if [ $a = $b ] && [ $a = $c ]; then ok "$s/off"; else not_ok "$s/off" "$a, off $b, lying layout $c"; fi
    if grep -q 'memmap filter is off' "$WORK/log"; then ok "$s/off-said"; else
        not_ok "$s/off-said" "$(tail -3 "$WORK/log")"
    fi
    if [ $a = 0 ] && [ -e "$WORK/o.1" ]; then
        # the version's own text in the header apart, this is what it was
        pages -k "$WORK/o.1" "$WORK/o.2" "$dir" >"$WORK/log" 2>/dev/null || true
        if [ "$(grep -cxE 'only [AB]:|0 pages differ, .*' "$WORK/log")" = 3 ]; then ok "$s/off-same"; else
            not_ok "$s/off-same" "$(cat "$WORK/log")"
        fi
        case $s in
        */ram)
            rm -f "$WORK/o.4"
            "$MAKEDUMPFILE" -l -d 31 "$WORK/f.elf" "$WORK/o.4" >/dev/null 2>&1
            check "$s/same-as-off" cmp "$WORK/o.2" "$WORK/o.4"
            ;;
        esac
    fi
done

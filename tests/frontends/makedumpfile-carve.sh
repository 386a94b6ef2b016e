#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# zdm carve, then the makedumpfile that is installed: it completes, nothing of
# an invalid class is kept, and all that is kept is the same as in the dump.
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

# shellcheck disable=SC2086 # a list
scenarios=$(lab_scenarios ${MDF_SCENARIOS:-split offline})
[ -n "$scenarios" ] || skip_all "no lab dumps in $LABDIR"

for s in $scenarios; do
    dir=$LABDIR/$s
    [ -e "$dir/dump.elf" ] || continue
    rm -f "$WORK"/c.* "$WORK"/o.*
    "$ZDM" carve -qf "$dir/dump.elf" "$WORK/c.elf" >"$WORK/log" 2>&1 || {
        not_ok "$s/carve" "$(cat "$WORK/log")"
        continue
    }
    check "$s/elf-pages" pages "$dir/dump.elf" "$WORK/c.elf" "$dir"
    # the verdicts do not change with what was carved away
    "$ZDM" ranges -q "$dir/dump.elf" >"$WORK/before" 2>&1 || true
    "$ZDM" ranges -q "$WORK/c.elf" >"$WORK/after" 2>&1 || true
    # a range's in-dump word may change: struct pages that are gone are gone
    check "$s/same-verdicts" diff <(awk '{print $1, $2, $3}' "$WORK/before") \
        <(awk '{print $1, $2, $3}' "$WORK/after")
    # from 2 on makedumpfile looks at struct pages
    for level in 0 2 31; do
        check "$s/makedumpfile-d$level" "$STOCK" -l -d $level "$WORK/c.elf" "$WORK/o.$level"
    done
    check "$s/d0-pages" pages "$dir/dump.elf" "$WORK/o.0" "$dir"
    "$ZDM" carve -qf --dump-level 31 "$dir/dump.elf" "$WORK/c.elf"
    check "$s/device-data-goes" pages -d "$dir/dump.elf" "$WORK/c.elf" "$dir"
    if [ -e "$dir/dump.kdump" ]; then
        "$ZDM" carve -qf "$dir/dump.kdump" "$WORK/k.elf"
        check "$s/kdump-compressed-pages" pages "$dir/dump.elf" "$WORK/k.elf" "$dir"
        rm -f "$WORK/o.31"
        check "$s/kdump-compressed-makedumpfile" "$STOCK" -l -d 31 "$WORK/k.elf" "$WORK/o.31"
        rm -f "$WORK/k.elf"
    fi
done

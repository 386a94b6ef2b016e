#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bench/makedumpfile.sh KERNEL/SCENARIO...: one table row for each dump of the lab
# and each way to filter it with makedumpfile -l -d LEVEL (31): exit code, pages
# kept by class (the kernel's testimony), size, seconds (median of ROUNDS, 3).
#   STOCK, STOCK_HEAD, PATCHED, PATCHED_HEAD   makedumpfile binaries; those unset are left out
#   EXTENSION                                  zdm.so, for STOCK_HEAD
set -eu
cd "$(dirname "$0")/.."
export KERNEL=
# shellcheck source=tests/frontends/makedumpfile-lib.sh
. tests/frontends/makedumpfile-lib.sh
ROUNDS=${ROUNDS:-3}
LEVEL=${LEVEL:-31}

# row DUMP WAY COMMAND...: OUT is the last argument of the command
row() {
    local dump=$1 way=$2 rc=0 i t0 kept='' size='' note=''
    shift 2
    : >"$WORK/times"
    for ((i = 0; i < ROUNDS && rc == 0; i++)); do
        rm -f "$WORK/out" "$WORK/mid"
        t0=$EPOCHREALTIME
        "$@" >"$WORK/log" 2>&1 || rc=$?
        awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }' >>"$WORK/times"
    done
    if [ $rc = 0 ] && [ -e "$WORK/out" ]; then
        kept=$("$B/tests/dumppages" -d -a -k "$dir/dump.elf" "$WORK/out" "$dir/testimony.txt" \
            "$dir/expected.txt" 2>/dev/null | sed -n 's/^both: //p')
        size=$(stat -c %s "$WORK/out")
    else
        note=$(grep -aoE "Can't [a-z -]*PT_LOAD|Can't read the buffer of struct page" "$WORK/log" | head -1)
    fi
    echo "| $dump | $way | $rc${note:+, $note} | $kept | $size | $(sort -n "$WORK/times" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }') |"
}

carve_then() { "$ZDM" carve -q --dump-level "$LEVEL" "$1" "$WORK/mid" && "$STOCK" -l -d "$LEVEL" "$WORK/mid" "$WORK/out"; }

echo "| dump | way | exit code | pages kept | bytes | seconds |"
echo "|---|---|---|---|---|---|"
for s; do
    dir=$LABDIR/$s
    for f in dump.elf dump.fixed dump.kdump vmcore; do
        in=$dir/$f
        if [ $f = dump.fixed ]; then
            [ -e "$dir/dump.elf" ] || continue
            in=$WORK/fixed.elf
            phoff64 "$dir/dump.elf" "$in"
        fi
        [ -e "$in" ] || continue
        row "$s/$f" "stock" "$STOCK" -l -d "$LEVEL" "$in" "$WORK/out"
        [ -z "${STOCK_HEAD:-}" ] || row "$s/$f" "stock head" "$STOCK_HEAD" -l -d "$LEVEL" "$in" "$WORK/out"
        row "$s/$f" "carve" carve_then "$in"
        [ $f = dump.kdump ] || row "$s/$f" "exec" "$ZDM" exec -q -- "$STOCK" -l -d "$LEVEL" "$in" "$WORK/out"
        [ -z "${PATCHED:-}" ] || row "$s/$f" "patched" "$PATCHED" -l -d "$LEVEL" "$in" "$WORK/out"
        [ -z "${PATCHED_HEAD:-}" ] || row "$s/$f" "patched head" "$PATCHED_HEAD" -l -d "$LEVEL" "$in" "$WORK/out"
        [ -z "${EXTENSION:-}" ] || row "$s/$f" "head + zdm.so" "$STOCK_HEAD" --extension "$EXTENSION" -l -d "$LEVEL" "$in" "$WORK/out"
    done
done

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `zdm oops` in GDB on real oopses (lab scenarios oops-*+kdump): the struct page that the walker fell
# over is named, from the registers in the dump and from the text of the oops; where the oops has
# nothing to do with the memmap, nothing is found. The guest itself says which page it was.
#   KERNEL  of the lab (6.1)
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

: "${KERNEL:=6.1}"
VMLINUX=$LABDIR/cache/$KERNEL/vmlinux
[ -e "$VMLINUX" ] || skip "no $VMLINUX (make lab-vmlinux KERNEL=$KERNEL)"
seen=0

# judge NAME FILE PFN MODE
judge() {
    local want='^No finding: '
    [ "$4" != walk ] || want=$(printf 'is (inside )?the struct page of pfn 0x%x: reserved \\(case 5\\)' "$3")
    if grep -qE "$want" "$2"; then
        pass
    else
        fail "$1: not said: '$want': $(tail -n 5 "$2")"
    fi
}

for dir in "$LABDIR/$KERNEL"/oops-*+kdump; do
    [ -e "$dir/.done" ] || continue
    seen=$((seen + 1))
    name=$(basename "$dir")
    read -r pfn mode < <(sed -n 's/^fact oops //p' "$dir/state.txt")
    run_gdb -c "$dir/vmcore" "$VMLINUX" -ex "source $ZDM_GDB" -ex "zdm oops" >"$WORK/registers"
    judge "$name, registers" "$WORK/registers" "$pfn" "$mode"
    run_gdb "$VMLINUX" -ex "source $ZDM_GDB" -ex "zdm open $dir/vmcore.makedumpfile" \
        -ex "zdm oops $dir/console.txt" >"$WORK/text"
    judge "$name, text" "$WORK/text" "$pfn" "$mode"
done
[ "$seen" != 0 ] || skip "no oops in $LABDIR/$KERNEL (make lab KERNEL=$KERNEL SCENARIO=oops-ff+kdump)"
finish

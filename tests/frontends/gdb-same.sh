#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On every lab dump, the ranges that GDB shows are those of the command line, PFN for PFN. GDB takes
# symbols and types from the vmlinux, the command line from the dump itself: two routes to one answer.
#   KERNELS  only these kernels of the lab (KERNEL, or all that have a vmlinux)
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

: "${KERNELS:=${KERNEL:-$(lab_kernels)}}"
for kernel in $KERNELS; do
    [ -e "$LABDIR/cache/$kernel/vmlinux" ] ||
        skip "no vmlinux of kernel $kernel in $LABDIR (make lab-vmlinux KERNEL=$kernel)"
done
[ -n "$KERNELS" ] || skip "no lab dumps with a vmlinux in $LABDIR (make lab, make lab-vmlinux)"

# the dumps of a kernel: "core FILE" for what GDB itself opens, "open FILE" for the rest
dumps() {
    local d
    for d in "$LABDIR/$1"/*/; do
        [ -e "$d/.done" ] || continue
        [ ! -e "$d/dump.elf" ] || echo "core ${d}dump.elf"
        [ ! -e "$d/vmcore" ] || echo "core ${d}vmcore"
        [ ! -e "$d/dump.kdump" ] || echo "open ${d}dump.kdump"
        [ ! -e "$d/vmcore.makedumpfile" ] || echo "open ${d}vmcore.makedumpfile"
    done
}

# One GDB for all dumps of a kernel: its vmlinux is the slow part.
gdb_script() {
    local how file open n=0
    echo "source $ZDM_GDB"
    while read -r how file; do
        n=$((n + 1))
        [ "$how" = core ] && open=core-file || open='zdm open'
        cat <<END
python
try:
    gdb.execute('$open $file', to_string=True)
    text = gdb.execute('zdm ranges', to_string=True)
except gdb.error as e:
    text = f'error: {e}'
open('$WORK/gdb.$n', 'w').write(text)
end
END
        [ "$how" = core ] || echo "zdm close"
    done
    echo "echo all done"
}

compare() {
    local kernel=$1 how file n=0 scenario
    while read -r how file; do
        n=$((n + 1))
        scenario=${file#"$LABDIR/"}
        # exit code 1 tells of a damaged dump, which is for others to test
        "$B/zdm" ranges -q "$file" >"$WORK/cli" 2>"$WORK/err" || [ $? = 1 ] || {
            fail "$scenario: zdm ranges: $(cat "$WORK/err")"
            continue
        }
        if [ "$(wc -l <"$WORK/cli")" -lt 2 ]; then
            fail "$scenario: zdm ranges shows no range"
        elif diff "$WORK/cli" "$WORK/gdb.$n" >"$WORK/diff" 2>&1; then
            pass
        else
            fail "$scenario ($how): GDB and the command line differ:"
            head -n 6 "$WORK/diff"
        fi
    done
    rm -f "$WORK"/gdb.*
}

for kernel in $KERNELS; do
    dumps "$kernel" >"$WORK/list"
    gdb_script <"$WORK/list" >"$WORK/script"
    started=$SECONDS
    run_gdb -x "$WORK/script" "$LABDIR/cache/$kernel/vmlinux" >"$WORK/log" || true
    grep -q 'all done$' "$WORK/log" || fail "$kernel: GDB did not finish: $(tail -n 3 "$WORK/log")"
    ! grep -q Traceback "$WORK/log" || fail "$kernel: $(grep -A5 Traceback "$WORK/log")"
    compare "$kernel" <"$WORK/list"
    echo "$NAME: $kernel: $(wc -l <"$WORK/list") dumps, $((SECONDS - started)) s"
done
finish

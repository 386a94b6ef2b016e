#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real kdump: the capture kernel of the lab (256 MiB, no vmlinux) filters its
# /proc/vmcore in every way there is, without and with the altmaps. All complete;
# nothing of a dropped class is kept, and what else is kept is as stock keeps it;
# zdm stays under 32 MiB; the struct pages in the dump equal those QEMU saved; where zdm changes nothing the
# dump is stock's byte for byte. Prints the peak of memory of each way's makedumpfile.
# Takes minutes and QEMU, so only when asked for: MDF_KDUMP=1.
#   MAKEDUMPFILE, PATCHED_HEAD, STOCK_HEAD, EXTENSION   as in makedumpfile-ways.sh
#   ROUNDS        how often each way is run for the time it takes (1)
#   TABLE         table rows are added to this file
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

[ -n "${MDF_KDUMP:-}" ] || skip_all "takes minutes; MDF_KDUMP=1 asks for it"
kernel=${KERNEL:-6.1}
mkdir "$WORK/extra"
cp "$B/zdm" "$B/zdm-preload.so" "$WORK/extra/"
for p in "${MAKEDUMPFILE:-}:patched" "${PATCHED_HEAD:-}:patched-head" "${STOCK_HEAD:-}:stock-head" "${EXTENSION:-}:zdm.so"; do
    [ -z "${p%:*}" ] || cp "${p%:*}" "$WORK/extra/${p#*:}"
done
strip "$WORK"/extra/*
cat >"$WORK/extra/capture-extra.sh" <<END
rounds=${ROUNDS:-1}
END
cat >>"$WORK/extra/capture-extra.sh" <<'END'
chmod 755 /zdm
# run NAME COMMAND...: the output is the last word
run() {
    name=$1 n=0 rc=0
    shift
    for out; do :; done
    while [ $n -lt $rounds ] && [ $rc = 0 ]; do
        rm -f "$out"
        n=$((n + 1))
        time -f "%e %M" -o /tmp/cost "$@" >/tmp/log 2>&1 || rc=$?
        tail -n 1 /tmp/cost >/tmp/last
        read -r seconds kib </tmp/last
        echo "time $name $seconds"
        # BusyBox takes the kernel's KiB for pages
        echo "peak $name $((kib / 4))"
    done
    echo "$name rc $rc"
    grep -aE 'zdm: |memmap filter|not supported|^Can' /tmp/log
}
x=/out/extra
run stock makedumpfile -l -d 31 /proc/vmcore $x/stock
run exec /zdm exec -- makedumpfile -l -d 31 /proc/vmcore $x/exec
run altmap /zdm exec --add-altmap -- makedumpfile -l -d 31 /proc/vmcore $x/altmap
for p in patched patched-head stock-head; do
    [ ! -e /$p ] || { chmod 755 /$p && run $p /$p -l -d 31 /proc/vmcore $x/$p; }
done
[ ! -e /zdm.so ] || run extension /stock-head --extension /zdm.so -l -d 31 /proc/vmcore $x/extension
[ ! -e /stock-head ] || run altmap-head /zdm exec --add-altmap -- /stock-head -l -d 31 /proc/vmcore $x/altmap-head
rounds=1
run carved /zdm carve --add-altmap -q /proc/vmcore $x/carved
run carve makedumpfile -l -d 31 $x/carved $x/carve
rm -f $x/carved # of the size of the machine
END

label() {
    case $1 in
    altmap) echo "exec --add-altmap" ;;
    altmap-head) echo "exec --add-altmap, head" ;;
    carve) echo "carve --add-altmap" ;;
    patched) echo "patched 1.7.2" ;;
    patched-head) echo "patched head" ;;
    stock-head) echo "stock head" ;;
    extension) echo "head + zdm.so" ;;
    *) echo "$1" ;;
    esac
}
# a way's times, the one in the middle
seconds() { awk -v w="$1" '$1 == "time" && $2 == w { print $3 }' "$said" | sort -n | median; }

for s in ${MDF_SCENARIOS:-fsdax-dev}; do
    dir=$LABDIR/$kernel/kdump-test-$s
    rm -rf "$dir"
    if ! LAB_NAME=kdump-test-$s LAB_CAPTURE_EXTRA=$(echo "$WORK"/extra/*) \
        tests/vmcores/lab/lab.sh run "$kernel" "$s+kdump" >"$WORK/log" 2>&1; then
        not_ok "$s" "$(tail -3 "$WORK/log")"
        continue
    fi
    # a full disk here, and the guest is told of no scenario
    if ! grep -q '^function .' "$dir/state.txt"; then
        not_ok "$s" "the guest did not set up the scenario"
        continue
    fi
    said=$dir/capture-extra.txt
    stock_rc=$(sed -n 's/^stock rc //p' "$said")
    # shellcheck disable=SC2013 # words, not lines
    for way in $(sed -n 's/ rc [0-9]*$//p' "$said"); do
        rc=$(sed -n "s/^$way rc //p" "$said")
        out=$dir/extra/$way
        base=$dir/extra/stock
        case $way in *head | extension) base=$dir/extra/stock-head ;; esac
        case $way in
        stock*) ;;
        extension) check "$s/$way" grep -q "^extension rc $(sed -n 's/^stock-head rc //p' "$said")$" "$said" ;;
        *) if [ "$rc" = 0 ]; then ok "$s/$way"; else not_ok "$s/$way" "exit code $rc, stock $stock_rc"; fi ;;
        esac
        [ "$way" != carved ] || continue
        kept=
        if [ "$rc" = 0 ]; then
            opts=(-d -a)
            case $way in *patched* | extension) opts+=(-k) ;; esac
            case $way in
            stock*) judge_kept -d -k -h "$dir/vmcore" "$out" "$dir" >/dev/null || true ;;
            *)
                check "$s/$way/pages" judge_kept "${opts[@]}" -h "$dir/vmcore" "$out" "$dir"
                [ ! -e "$base" ] || check "$s/$way/as-stock" pages "${opts[@]}" "$base" "$out" "$dir"
                ;;
            esac
            kept=$(cat "$WORK/kept")
        fi
        [ -z "${TABLE:-}" ] ||
            echo "| $kernel/$s /proc/vmcore | $(label "$way") | $rc | $kept | $(stat -c %s "$out" 2>/dev/null) | $(seconds "$way") | |" >>"$TABLE"
    done
    peak=$(sed -n 's/.*used \([0-9]*\) KiB.*/\1/p' "$said" | sort -n | tail -1)
    if [ "${peak:-99999}" -lt 32768 ]; then ok "$s/memory ($peak KiB)"; else
        not_ok "$s/memory" "$peak KiB"
    fi
    awk '$1 == "peak" { print "# '"$s"'/" $2 ": peak " $3 " KiB" }' "$said"
    if grep -q '^zdm: 0 pages left out, 0 added' "$said"; then
        check "$s/exec/identical" cmp "$dir/extra/stock" "$dir/extra/exec"
    fi
    grep -q ' device ' "$dir/expected.txt" || continue
    for way in altmap carve; do
        check "$s/$way/struct-pages" "$B/tests/dumpmemsave" "$dir/extra/$way" "$dir/testimony.txt" \
            "$dir/memsave" 1048576
        [ -z "${TABLE:-}" ] || echo "$kernel $s $way: $(tail -1 "$WORK/log")" >>"$TABLE.memsave"
    done
    # a device's page in crash: its flags, where without the altmap there is nothing
    page=$(awk '$3 == "device" { print $1 + 1; exit }' "$dir/expected.txt")
    if crash_can "$kernel" "$dir/vmcore"; then
        check "$s/crash-without" in_crash "$kernel" "$dir/extra/stock" "$(printf 'kmem -p %x000' "$page")"
        flags=$(awk '/^ *PAGE/ { getline; print $NF }' "$WORK/crash" | head -1)
        check "$s/crash" in_crash "$kernel" "$dir/extra/altmap" "$(printf 'kmem -p %x000' "$page")"
        if grep -Eq '^[0-9a-f]{16} +[0-9a-f]+ .* [0-9a-f]{6,} reserved$' "$WORK/crash"; then
            ok "$s/kmem-p (without: flags $flags)"
        else
            not_ok "$s/kmem-p" "$(cat "$WORK/crash")"
        fi
    fi
    "$ZDM" check "$dir/extra/altmap" >"$WORK/log" 2>&1 || true
    if grep -Eq '^contradict +0$' "$WORK/log" && grep -Eq '^unread +0 ' "$WORK/log"; then
        ok "$s/check"
    else
        not_ok "$s/check" "$(cat "$WORK/log")"
    fi
done

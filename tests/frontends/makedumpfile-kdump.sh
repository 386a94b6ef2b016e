#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real kdump: the capture kernel of the lab (256 MiB, no vmlinux) runs zdm exec
# with the makedumpfile it has, without and with the altmaps; zdm stays under
# 32 MiB; the struct pages in the dump equal those QEMU saved before the crash.
# Takes minutes and QEMU, so only when asked for: MDF_KDUMP=1.
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

[ -n "${MDF_KDUMP:-}" ] || skip_all "takes minutes; MDF_KDUMP=1 asks for it"
kernel=${KERNEL:-6.1}
mkdir "$WORK/extra"
cp "$B/zdm" "$B/zdm-preload.so" "$WORK/extra/"
strip "$WORK"/extra/zdm*
# libc is in the capture kernel's initramfs already
ldd "$B/zdm" | grep -o '/[^ )]*' | grep -v 'libc\.so\|ld-linux' | while read -r lib; do
    cp -L "$lib" "$WORK/extra/"
done
[ -z "${MAKEDUMPFILE:-}" ] || cp "$MAKEDUMPFILE" "$WORK/extra/patched"
cat >"$WORK/extra/capture-extra.sh" <<'END'
export LD_LIBRARY_PATH=/
chmod 755 /zdm
run() {
    name=$1
    shift
    "$@" >/tmp/log 2>&1
    echo "$name rc $?"
    grep -a 'zdm: ' /tmp/log
}
run stock makedumpfile -l -d 31 /proc/vmcore /out/extra/stock
run exec /zdm exec -- makedumpfile -l -d 31 /proc/vmcore /out/extra/exec
run altmap /zdm exec --add-altmap -- makedumpfile -l -d 31 /proc/vmcore /out/extra/altmap
run carve /zdm carve --add-altmap -q /proc/vmcore /out/extra/carved
if [ -e /patched ]; then
    chmod 755 /patched
    run patched /patched -l -d 31 /proc/vmcore /out/extra/patched
fi
END

for s in ${MDF_SCENARIOS:-fsdax-dev}; do
    dir=$LABDIR/$kernel/kdump-test-$s
    rm -rf "$dir"
    if ! LAB_NAME=kdump-test-$s LAB_CAPTURE_EXTRA=$(echo "$WORK"/extra/*) \
        tests/vmcores/lab/lab.sh run "$kernel" "$s+kdump" >"$WORK/log" 2>&1; then
        not_ok "$s" "$(tail -3 "$WORK/log")"
        continue
    fi
    said=$dir/capture-extra.txt
    for way in exec altmap carve ${MAKEDUMPFILE:+patched}; do
        check "$s/$way" grep -qx "$way rc 0" "$said"
    done
    for way in exec ${MAKEDUMPFILE:+patched}; do
        check "$s/$way-same" cmp "$dir/extra/stock" "$dir/extra/$way"
    done
    peak=$(sed -n 's/.*used \([0-9]*\) KiB.*/\1/p' "$said" | sort -n | tail -1)
    if [ "${peak:-99999}" -lt 32768 ]; then ok "$s/memory ($peak KiB)"; else
        not_ok "$s/memory" "$peak KiB"
    fi
    for way in altmap carved; do
        check "$s/$way/struct-pages" "$B/tests/dumpmemsave" "$dir/extra/$way" "$dir/testimony.txt" \
            "$dir/memsave" 1048576
    done
    "$ZDM" check "$dir/extra/altmap" >"$WORK/log" 2>&1 || true
    if grep -Eq '^contradict +0$' "$WORK/log" && grep -Eq '^unread +0 ' "$WORK/log"; then
        ok "$s/check"
    else
        not_ok "$s/check" "$(cat "$WORK/log")"
    fi
done

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-image-modules.sh KERNEL [SCENARIO…]: the witness that is built without headers, out of the
# image alone, against the one that the kernel's own headers made: in the same guest, a moment later, both
# must say the same, word for word. For kernels that have headers, from 6.12 on.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

LABDIR=${LABDIR:-$B/lab}
export LABDIR
kernel=$1
shift
[ $# -gt 0 ] || set -- mod-altmap-part mod-shift-9 offline
lab=tests/vmcores/lab/lab.sh

case $kernel in
5.* | 6.1)
    skip "image-modules/$kernel" "zdm_image.h knows nothing of kernels before 6.12"
    exit 0
    ;;
esac
mkdir "$work/kmod"
if ! $lab image-modules "$kernel" "$work/kmod" >"$work/lab" 2>&1; then
    not_ok "image-modules/$kernel" "$(tail -n 5 "$work/lab")"
    exit 0
fi
cp "$work/kmod/zdm_testimony.ko" "$work/image.ko"
cat >"$work/guest-extra.sh" <<'GUEST'
insmod /image.ko && cat /proc/zdm_testimony >/out/extra/testimony.txt && rmmod zdm_testimony
echo "exit $?"
GUEST

for scenario; do
    name=image-modules/$kernel/$scenario
    dir=$LABDIR/$kernel/image-$scenario
    if ! LAB_NAME=image-$scenario LAB_GUEST_EXTRA="$work/image.ko $work/guest-extra.sh" \
        $lab run "$kernel" "$scenario" >"$work/lab" 2>&1; then
        not_ok "$name" "the lab could not make it: $(tail -n 3 "$work/lab")"
    elif out=$(diff "$dir/testimony.txt" "$dir/extra/testimony.txt"); then
        ok "$name"
    else
        not_ok "$name" "$(head -n 5 <<<"$out")"
    fi
done

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Runs in the guest (LAB_GUEST_EXTRA): the snapshots go on until the dump.
/kpage_snap >/tmp/kpage 2>/tmp/kpage.err &
n=0
while [ ! -s /tmp/kpage ]; do
    n=$((n + 1))
    [ $n -le 600 ] || { cat /tmp/kpage.err; exit 1; }
    usleep 100000
done
cp /tmp/kpage /out/extra/kpage

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The capture kernel's part of a kdump. Sourced by init.

capture() {
    say "capturing"
    dd if=/proc/vmcore of=/out/vmcore bs=1M 2>/tmp/dd || fail "cannot save /proc/vmcore: $(cat /tmp/dd)"
    # stock makedumpfile stumbles over some of these memory maps: how it ends is a result, too
    makedumpfile -c -d 1 /proc/vmcore /out/vmcore.makedumpfile >/tmp/makedumpfile 2>&1
    rc=$?
    {
        echo "command makedumpfile -c -d 1 /proc/vmcore vmcore.makedumpfile"
        echo "exit $rc"
        makedumpfile -v | head -n 1
        tr '\r' '\n' </tmp/makedumpfile | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' |
            grep -v '^ *$' | grep -vE '\[ *[0-9.]+ ?%\]'
    } >/out/kdump.txt 2>&1
    if [ -e /capture-extra.sh ]; then
        mkdir -p /out/extra
        sh /capture-extra.sh >/out/capture-extra.txt 2>&1
        echo "exit $?" >>/out/capture-extra.txt
    fi
    sync
    umount /out || fail "cannot unmount the result disk"
    say "captured"
}

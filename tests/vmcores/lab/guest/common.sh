# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Small helpers of the guest. Sourced by init.

say() { echo "ZDM-LAB: $*"; }

# Tells the host, and ends: the host kills the machine.
fail() {
    trap - EXIT
    say "failed $*"
    dmesg | tail -n 20
    sleep 600
}

load() {
    for m in "$@"; do
        modprobe -q "$m" || true
    done
}

# cmdline_value NAME: the value of NAME=… on the kernel command line
cmdline_value() {
    tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1
}

# wait_for FILE: up to 20 s
wait_for() {
    n=0
    while [ ! -e "$1" ]; do
        n=$((n + 1))
        [ $n -le 200 ] || fail "$1 does not appear"
        usleep 100000
    done
}

# Where the results go: a disk; or, where nothing drives one, through the third serial port as a tar
# file. There nothing drives fw_cfg either, and a module of ours tells QEMU where VMCOREINFO lies.
results_open() {
    results=$(cmdline_value zdm.results)
    if [ "$results" != serial ]; then
        wait_for /dev/vda
        mount -t ext4 /dev/vda /out || fail "cannot mount the result disk"
        return
    fi
    # shellcheck disable=SC2046
    set -- $(cat /sys/kernel/vmcoreinfo)
    insmod /kmod/zdm_vmcoreinfo.ko paddr="$1" size="0x$2" || fail "cannot tell where VMCOREINFO lies"
}

results_close() {
    if [ "$results" != serial ]; then
        sync
        umount /out || fail "cannot unmount the result disk"
        return
    fi
    stty -F /dev/ttyS2 raw || fail "no third serial port"
    tar -c -f /dev/ttyS2 -C /out . || fail "cannot send the results"
}

# host_qmp JSON: asks the host to run a QMP command
host_qmp() { say "qmp $*"; }

# need_match TEXT PATTERN WHAT: the state that the scenario asks for must be there
need_match() {
    echo "$1" | grep -q -- "$2" || fail "$3: no '$2' in: $1"
}

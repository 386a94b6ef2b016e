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

# The size of a page, of which kernels of one machine may have several
page_bytes=$(($(sed -n 's/^KernelPageSize: *\([0-9]*\) kB$/\1/p' /proc/self/smaps | head -n 1) * 1024))

# pfn BYTES: the page frame that an address, or a length, is or makes
pfn() { echo $(($1 / page_bytes)); }

# page_frames N: as many bytes as N frames of 4 KiB are, in frames
page_frames() { pfn $(($1 * 4096)); }

# Where there is room for a device made by hand: scenarios keep RAM away from there
room=$((0x50000000))
[ "$(uname -m)" = x86_64 ] || room=$((0x90000000))

# host_answer: what the host says, on the second serial port, or the console where there is none
host_answer() {
    if [ "$(uname -m)" = x86_64 ]; then
        read -r answer </dev/ttyS1
    else
        read -r answer
    fi
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

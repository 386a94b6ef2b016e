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

# host_qmp JSON: asks the host to run a QMP command
host_qmp() { say "qmp $*"; }

# need_match TEXT PATTERN WHAT: the state that the scenario asks for must be there
need_match() {
    echo "$1" | grep -q -- "$2" || fail "$3: no '$2' in: $1"
}

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# demo.sh VMCORE: what zdm says of a machine with a namespace whose memmap lives on the device.
set -eu
zdm=${ZDM:-zdm}
vmcore=$1

show() {
    printf '\n$ zdm'
    printf ' %s' "$@"
    printf '\n'
    "$zdm" "$@"
}

show summary "$vmcore"
show ranges "$vmcore"
show pfn "$vmcore" 0x100000 0x100001 0x100400
cat <<'TEXT'

PFNs 0x100000 and 0x100001 are the driver's reserve in front of the altmap. Their struct pages are mapped,
pfn_valid() and get_dev_pagemap() accept them, and no kernel to this day ever initialises them: reading
them is what oopsed /proc/kpageflags in 2019.
TEXT

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Scenarios of memory blocks: added, onlined, offlined. Sourced by init.

# hotplug_dimm BYTES: a DIMM plugged into the running guest
hotplug_dimm() {
    host_qmp "{\"execute\":\"object-add\",\"arguments\":{\"qom-type\":\"memory-backend-ram\",\"id\":\"hp0\",\"size\":$1}}"
    host_qmp '{"execute":"device_add","arguments":{"driver":"pc-dimm","id":"dimm0","memdev":"hp0"}}'
}

# blocks_in STATE: the numbers of the memory blocks in that state
blocks_in() {
    grep -l "^$1\$" /sys/devices/system/memory/memory*/state | sed 's#.*/memory\([0-9]*\)/state#\1#' | sort -n
}

# blocks_wait COUNT STATE
blocks_wait() {
    n=0
    while [ "$(blocks_in "$2" | wc -l)" != "$1" ]; do
        n=$((n + 1))
        [ $n -le 100 ] || fail "not $1 blocks $2, but: $(blocks_in "$2")"
        usleep 100000
    done
}

# block_set NR STATE
block_set() {
    echo "$2" >"/sys/devices/system/memory/memory$1/state" || fail "block $1 does not go $2"
}

scenario_offline() {
    hotplug_dimm 268435456
    blocks_wait 2 offline
}

# Four blocks: never online; online; online and offline again; online, offline and online again
scenario_online_offline() {
    hotplug_dimm 536870912
    blocks_wait 4 offline
    # shellcheck disable=SC2046
    set -- $(blocks_in offline)
    for nr in "$2" "$3" "$4"; do
        block_set "$nr" online_movable
    done
    # used for a while, so that the struct pages are not as new
    dd if=/dev/zero of=/tmp/used bs=1M count=500 2>/dev/null
    rm /tmp/used
    block_set "$3" offline
    block_set "$4" offline
    block_set "$4" online_movable
    blocks_wait 2 offline
}

# Device memory handed to the buddy allocator; --no-online leaves it added only
scenario_kmem() {
    scenario_devdax devdax mem 2M
    load kmem
    daxctl reconfigure-device --mode=system-ram ${2:+"$2"} dax0.0 || fail "reconfigure-device"
    grep -q 'System RAM (kmem)' /proc/iomem || fail "no System RAM (kmem)"
    if [ -n "$2" ]; then
        [ -n "$(blocks_in offline)" ] || fail "no block is offline"
    else
        [ -z "$(blocks_in offline)" ] || fail "blocks are offline: $(blocks_in offline)"
    fi
}

# Two blocks that hold their own memmap, one of them online
scenario_memmap_on_memory() {
    case $(cat /sys/module/memory_hotplug/parameters/memmap_on_memory) in
    Y | 1 | force) ;;
    *) fail "memmap_on_memory is off" ;;
    esac
    hotplug_dimm 268435456
    blocks_wait 2 offline
    block_set "$(blocks_in offline | head -n 1)" online_movable
    blocks_wait 1 offline
}

scenario_virtio_mem() {
    load virtio_mem
    n=0
    until grep -q 'System RAM (virtio_mem)' /proc/iomem; do
        n=$((n + 1))
        [ $n -le 100 ] || fail "no System RAM (virtio_mem)"
        usleep 100000
    done
    sleep 2
}

# Fills most of the free RAM with 64 bytes over and over that look like a struct page in use (flags
# of a reserved page of zone 1, mapcount -1, refcount 1), and frees it: what is allocated later
# without being cleared is full of plausible struct pages.
dirty_ram() {
    printf '\000\020\000\300\377\377\017\000\000\001\000\000\000\000\255\336\042\001\000\000\000\000\255\336\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\377\377\377\377\001\000\000\000\000\000\000\000\000\000\000\000' >/tmp/page
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
        cat /tmp/page /tmp/page >/tmp/page2
        mv /tmp/page2 /tmp/page
    done
    mb=$(awk '/MemFree/ { print int($2 / 1024) - 24 }' /proc/meminfo)
    while [ "$mb" -gt 0 ]; do
        cat /tmp/page
        mb=$((mb - 1))
    done >/tmp/dirty
    rm /tmp/dirty /tmp/page
}

scenario_garbage() {
    dirty_ram
    hotplug_dimm 268435456
    blocks_wait 2 offline
    scenario_fsdax fsdax dev
}

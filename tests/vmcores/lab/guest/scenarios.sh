# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # the ends are init's to call
# One function per kind of scenario; scenarios.tab names them with their arguments. Each ends by
# checking that the state it is named for is really there. Sourced by init.

scenario_end=
: >/tmp/facts

scenario_none() {
    ! ls /sys/bus/nd/devices/namespace* >/dev/null 2>&1 || fail "there is a namespace"
}

# The region's labels are written anew: the medium comes filled with 0x5a.
region_ready() {
    wait_for /sys/bus/nd/devices/region0
    ndctl disable-region all
    ndctl init-labels -f all
    ndctl enable-region all || fail "region0 cannot be enabled"
}

# namespaces_check MODE MAP COUNT: so many namespaces of this mode with this map are active
namespaces_check() {
    list=$(ndctl list -N | tr -d ' \n' | sed 's/},{/}\n{/g')
    n=$(echo "$list" | grep "\"mode\":\"$1\"" | grep -c "\"map\":\"$2\"")
    [ "$n" = "$3" ] || fail "$n namespaces of $1 with map=$2, not $3: $list"
}

scenario_fsdax() {
    region_ready
    # where a namespace as large as the region cannot be had
    size=$(cmdline_value zdm.size)
    ndctl create-namespace -m fsdax --map="$2" ${size:+--size="$size"} || fail "create-namespace"
    namespaces_check fsdax "$2" 1
    wait_for /dev/pmem0
}

# huge ALIGN: 2M is the middle size of pages, which with pages of 16 KiB is 32M
huge() {
    case $page_bytes:$1 in
    16384:2M) echo 32M ;;
    65536:2M) echo 512M ;;
    *) echo "$1" ;;
    esac
}

# devdax MAP ALIGN [SIZE]
scenario_devdax() {
    region_ready
    size=${4:-$(cmdline_value zdm.size)}
    ndctl create-namespace -m devdax --map="$2" -a "$(huge "$3")" ${size:+--size="$size"} ||
        fail "create-namespace"
    namespaces_check devdax "$2" 1
    wait_for /dev/dax0.0
}

# Four namespaces whose borders lie inside 128 MiB sections
scenario_split() {
    region_ready
    echo 0x200000 >/sys/bus/nd/devices/region0/align || fail "region align"
    ndctl create-namespace -f -m fsdax --map=dev --size=66M || fail "namespace 1"
    ndctl create-namespace -f -m fsdax --map=mem --size=66M || fail "namespace 2"
    ndctl create-namespace -f -m devdax --map=dev -a 2M --size=66M || fail "namespace 3"
    ndctl create-namespace -f -m fsdax --map=dev --size=200M || fail "namespace 4"
    namespaces_check fsdax dev 2
    namespaces_check fsdax mem 1
    namespaces_check devdax dev 1
}

# pmem out of RAM (memmap=nn!ss): namespace0.0 is there from the start
e820_namespace() {
    wait_for /sys/bus/nd/devices/namespace0.0
    ndctl create-namespace -e namespace0.0 -f -m fsdax --map="$1" || fail "create-namespace"
    namespaces_check fsdax "$1" 1
    wait_for /dev/pmem0
}

scenario_collision() {
    e820_namespace dev
}

# hole RANGE: half of a section is pmem, the other half, RANGE, is nothing
scenario_hole() {
    e820_namespace dev
    grep -q "^$2 : Reserved" /proc/iomem || fail "no gap at $2"
}

scenario_hole_garbage() {
    dirty_ram
    e820_namespace dev
}

scenario_boothole() {
    if [ "$(uname -m)" = x86_64 ]; then
        grep -q '^41000000-42ffffff : Reserved' /proc/iomem || fail "no gap at 0x41000000"
    else
        grep -q '^[0-9a-f]*-80ffffff : System RAM' /proc/iomem || fail "RAM does not end at 0x81000000"
    fi
}

scenario_la57() {
    grep -qw la57 /proc/cpuinfo || fail "no 5-level page tables"
    scenario_fsdax fsdax dev
}

scenario_numa() {
    scenario_fsdax fsdax dev
    node=$(cat /sys/bus/nd/devices/region0/numa_node)
    [ "$node" = 1 ] || fail "the namespace is on node $node, not 1"
}

scenario_hugetlb() {
    nr=$(cat /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages)
    [ "$nr" = 1 ] || fail "$nr huge pages of 1 GiB, not 1"
}

namespace_disable() {
    ndctl disable-namespace namespace0.0 || fail "disable-namespace"
    [ ! -e /dev/pmem0 ] || fail "the namespace is still there"
}

scenario_disabled() {
    scenario_fsdax fsdax dev
    namespace_disable
}

scenario_collision_disabled() {
    scenario_collision
    namespace_disable
}

scenario_virtio_pmem() {
    load nd_virtio virtio_pmem
    e820_namespace dev
}

# Our own memremap_pages(); the module's parameters are the scenario's arguments
scenario_map() {
    shift
    insmod /kmod/zdm_map.ko "$@" || fail "zdm_map.ko $*: $(dmesg | tail -n 3)"
}

# … and gone again
scenario_unmapped() {
    scenario_map "$@"
    rmmod zdm_map || fail "zdm_map.ko does not unload"
    dmesg -c >/dev/null # what it said of itself is no longer so
}

# The kernel said so at boot, or, where a scenario emptied its log, was asked before
soft_reserved() {
    [ -z "$soft_reserved" ] || return 0
    dmesg | grep -q 'mem 0x0*44000000-0x0*575fffff\] *soft reserved' || fail "no soft reserved memory"
    soft_reserved=yes
}
soft_reserved=

# Soft reserved memory becomes a devdax of 2 MiB pages
scenario_hmem() {
    soft_reserved
    load dax_hmem
    wait_for /sys/bus/dax/devices/dax0.0
    # kernels that would have it as RAM leave it unbound without kmem
    [ -e /sys/bus/dax/devices/dax0.0/driver ] || sleep 2
    [ -e /sys/bus/dax/devices/dax0.0/driver ] ||
        echo dax0.0 >/sys/bus/dax/drivers/device_dax/new_id
    wait_for /sys/bus/dax/drivers/device_dax/dax0.0
    align=$(cat /sys/bus/dax/devices/dax0.0/align)
    [ "$align" = 2097152 ] || fail "dax0.0 has pages of $align bytes"
    where="$(cat /sys/bus/dax/devices/dax0.0/resource) $(cat /sys/bus/dax/devices/dax0.0/size)"
    [ "$where" = "0x44000000 $((0x13600000))" ] || fail "dax0.0 lies elsewhere: $where"
    echo "fact compound $((0x44000)) $((0x57600)) 9" >>/tmp/facts
}

scenario_hmem_gone() {
    scenario_hmem
    echo dax0.0 >/sys/bus/dax/drivers/device_dax/unbind || fail "dax0.0 does not unbind"
    : >/tmp/facts
    [ ! -e /sys/bus/dax/devices/dax0.0/driver ] || fail "dax0.0 is still bound"
}

# hmem_after PARAMETERS: where a device made by hand was before
scenario_hmem_after() {
    soft_reserved
    scenario_unmapped "$@"
    scenario_hmem
}

# map_after PARAMETERS: the same device with single pages first, then as the parameters say
scenario_map_after() {
    shift
    # shellcheck disable=SC2046
    scenario_unmapped map $(echo "$@" | sed 's/shift=[0-9]*//')
    scenario_map map "$@"
}

# memremap_pages() fails, and leaves the section that it had added already (__add_pages() does not take
# back what it did). busybox's insmod tries twice: the second is refused, as the section is there.
scenario_orphan() {
    shift
    ! insmod /kmod/zdm_map.ko "$@" 2>/dev/null || fail "zdm_map.ko $* does not fail"
    dmesg | grep -q 'zdm_map: memremap_pages: -12' || fail "not for want of memory: $(dmesg | tail -n 3)"
    base=$(pfn $room)
    dmesg -c >/dev/null # nothing came of what it asked for
    echo "fact orphan $base $((base + $(page_frames 32768)))" >>/tmp/facts
}

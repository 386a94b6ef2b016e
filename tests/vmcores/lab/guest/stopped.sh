# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # the ends are init's to call
# Scenarios that stop the kernel in the middle of memremap_pages() or memunmap_pages(), with
# zdm_stop.ko. The probe points are a table: where each stands, and how often it is passed before.
# Sourced by init.

# One struct page is initialised per call; compilers split the function under another name. On 5.10
# it is inlined: there set_pageblock_migratetype() is called once per 512 pages.
page_init='__init_zone_device_page,__init_zone_device_page.constprop.0,__init_zone_device_page.isra.0,set_pageblock_migratetype'

# stop_arguments POINT: what zdm_stop.ko is given
stop_arguments() {
    case $1 in
    # memremap_pages(): the entry is stored, nothing is added
    stored) echo "symbol=arch_add_memory" ;;
    # the first of two sections is added
    first_section) echo "symbol=sparse_add_section skip=1" ;;
    # all is mapped, the altmap's struct pages are written, the device's are not
    mapped) echo "symbol=memmap_init_zone_device" ;;
    # some 30000 struct pages are written
    halfway) echo "symbol=$page_init skip=$(page_frames 30000),$(page_frames 30000),$(page_frames 30000),58" ;;
    # all are written, nr_range is not raised
    uncounted) echo "symbol=memmap_init_zone_device at_return=1" ;;
    # in the second of two ranges of 32 MiB
    second_range) echo "symbol=$page_init skip=$(page_frames 12000),$(page_frames 12000),$(page_frames 12000),24" ;;
    # memunmap_pages(): the ref is dead, nothing is removed
    dead) echo "symbol=remove_pfn_range_from_zone" ;;
    # the first of two ranges is gone with its entry, the second is not
    second_range_dead) echo "symbol=remove_pfn_range_from_zone skip=1" ;;
    # the first of two sections is gone
    first_section_gone) echo "symbol=section_deactivate,section_deactivate.isra.0,section_deactivate.constprop.0 skip=1,1,1" ;;
    # all sections are gone, the entry is not
    unmapped) echo "symbol=arch_remove_memory at_return=1" ;;
    *) fail "no probe point $1" ;;
    esac
}

stop_at() {
    insmod /kmod/zdm_testimony.ko || fail "zdm_testimony.ko does not load"
    # shellcheck disable=SC2046
    insmod /kmod/zdm_stop.ko $(stop_arguments "$1") || fail "no probe at $1: $(dmesg | tail -n 3)"
}

# namespace_facts KIND: where the pgmap and the altmap of namespace0.0 lie, told while it is enabled
namespace_facts() {
    ns=$(cat /sys/bus/nd/devices/namespace0.0/resource)
    data=$(cat /sys/bus/nd/devices/pfn0.0/resource)
    size=$(cat /sys/bus/nd/devices/pfn0.0/size)
    {
        echo "fact $1 $(pfn $ns) $(pfn $((data + size)))"
        # 8 KiB of info block are the reserve, or a page where that is more
        echo "fact altmap $(pfn $ns) $(pfn $((ns + (page_bytes > 8192 ? page_bytes : 8192)))) $(pfn $data)"
    } >>/tmp/facts
}

# The disabled namespace's own memmap area gets the fill pattern again: raw access to the medium
memmap_refill() {
    echo 1 >/sys/bus/nd/devices/namespace0.0/force_raw || fail "force_raw"
    ndctl enable-namespace namespace0.0 || fail "raw namespace"
    wait_for /dev/pmem0
    # blocks of 2 MiB hold it, or pages behind the info block
    block="bs=2M seek=1 count=1"
    [ "$page_bytes" = 4096 ] || block="bs=$page_bytes seek=1 count=$((2097152 / page_bytes - 1))"
    # shellcheck disable=SC2086
    tr '\0' 'Z' </dev/zero | dd of=/dev/pmem0 $block iflag=fullblock conv=fsync 2>/dev/null ||
        fail "cannot write the medium"
    namespace_disable
    echo 0 >/sys/bus/nd/devices/namespace0.0/force_raw || fail "force_raw"
}

# case4 POINT [stale]: stale leaves the struct pages of the time before in the medium
scenario_case4() {
    point=$2
    scenario_fsdax fsdax dev
    namespace_facts pending
    namespace_disable
    [ "$3" = stale ] || memmap_refill
    scenario_end=case4_end
}

case4_end() {
    stop_at "$point"
    ndctl enable-namespace namespace0.0
}

scenario_case4_second_range() {
    scenario_end=second_range_end
    # the first range is counted when the second is begun: only the second is pending
    echo "fact pending $(pfn $((room + 0x9000000))) $(pfn $((room + 0xb000000)))" >>/tmp/facts
}

second_range_end() {
    stop_at second_range
    insmod /kmod/zdm_map.ko start=$room,$((room + 0x9000000)) size=0x2000000,0x2000000
}

# The same in sections of the boot, whose memmap has been there all along
scenario_case4_collision() {
    point=$2
    scenario_collision
    namespace_facts pending
    namespace_disable
    scenario_end=case4_end
}

scenario_teardown() {
    point=$2
    [ "$point" != first_section ] || point=first_section_gone
    scenario_fsdax fsdax dev
    namespace_facts dying
    scenario_end=teardown_end
}

teardown_end() {
    stop_at "$point"
    ndctl disable-namespace namespace0.0
}

scenario_teardown_second_range() {
    scenario_map map "start=$room,$((room + 0x9000000))" size=0x2000000,0x2000000
    echo "fact dying $(pfn $((room + 0x9000000))) $(pfn $((room + 0xb000000)))" >>/tmp/facts
    scenario_end=teardown_second_range_end
}

teardown_second_range_end() {
    stop_at second_range_dead
    rmmod zdm_map
}

# The same with an altmap, by our own module: for kernels that come without a pmem driver. Of the 256 MiB
# of room 16 page frames are reserve, and 4096 are to hold the memmap.
map_altmap="altmap=1 reserve=16 free=4096 start=$room size=0x10000000"

scenario_case4_map() {
    point=$2
    {
        echo "fact pending $(pfn $room) $(pfn $((room + 0x10000000)))"
        echo "fact altmap $(pfn $room) $(($(pfn $room) + 16)) $(($(pfn $room) + 16 + 4096))"
    } >>/tmp/facts
    scenario_end=case4_map_end
}

case4_map_end() {
    stop_at "$point"
    # shellcheck disable=SC2086
    insmod /kmod/zdm_map.ko $map_altmap
}

scenario_teardown_map() {
    point=$2
    # shellcheck disable=SC2086
    scenario_map map $map_altmap
    echo "fact dying $(pfn $room) $(pfn $((room + 0x10000000)))" >>/tmp/facts
    scenario_end=teardown_map_end
}

teardown_map_end() {
    stop_at "$point"
    rmmod zdm_map
}

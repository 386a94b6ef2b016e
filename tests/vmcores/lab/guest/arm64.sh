# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2154 # init and the others set these
# Scenarios of scenarios-arm64.tab alone. Sourced by init.

# ofpmem MAP [MODE ALIGN]: the regions that the device tree names, each with its namespace from the start
scenario_ofpmem() {
    for ns in /sys/bus/nd/devices/namespace*; do
        [ "${ns##*/}" != namespace0.0 ] || wait_for "$ns"
        ndctl create-namespace -e "${ns##*/}" -f -m "${3:-fsdax}" --map="$2" \
            ${4:+-a "$(huge "$4")"} || fail "create-namespace ${ns##*/}"
    done
    namespaces_check "${3:-fsdax}" "$2" "$(find /sys/bus/nd/devices/ -name 'namespace*' | wc -l)"
}

# small: the least alignment of a namespace's pages that lets it have any size of whole sub-sections
small() {
    [ "$page_bytes" = 4096 ] && echo 2M || echo "$page_bytes"
}

# Four namespaces; the borders of most lie inside a page of the memmap of 16 KiB
scenario_parts() {
    region_ready
    echo 0x200000 >/sys/bus/nd/devices/region0/align || fail "region align"
    ndctl create-namespace -f -m fsdax --map=dev -a "$(small)" --size=66M || fail "namespace 1"
    ndctl create-namespace -f -m fsdax --map=mem -a "$(small)" --size=58M || fail "namespace 2"
    ndctl create-namespace -f -m devdax --map=mem -a "$(small)" --size=66M || fail "namespace 3"
    ndctl create-namespace -f -m fsdax --map=dev -a "$(small)" --size=62M || fail "namespace 4"
    namespaces_check fsdax dev 2
    namespaces_check fsdax mem 1
    namespaces_check devdax mem 1
}

# neighbour MAP: three namespaces, of which the middle one goes again. Its edges lie inside pages of the
# memmap that its neighbours use, where such a page serves several sub-sections.
scenario_neighbour() {
    region_ready
    echo 0x200000 >/sys/bus/nd/devices/region0/align || fail "region align"
    ndctl create-namespace -f -m fsdax --map="$2" -a "$(small)" --size=66M || fail "namespace 1"
    ndctl create-namespace -f -m fsdax --map="$2" -a "$(small)" --size=64M || fail "namespace 2"
    ndctl create-namespace -f -m fsdax --map="$2" -a "$(small)" --size=66M || fail "namespace 3"
    namespaces_check fsdax "$2" 3
    # they may have been placed in any order: the one that begins 66 MiB behind the region
    start=$(($(cat /sys/bus/nd/devices/region0/resource) + 66 * 1048576))
    for ns in /sys/bus/nd/devices/namespace0.*; do
        [ "$(($(cat "$ns/resource" 2>/dev/null || echo 0)))" = "$start" ] || continue
        ndctl destroy-namespace -f "${ns##*/}" || fail "destroy-namespace"
        namespaces_check fsdax "$2" 2
        return
    done
    fail "no namespace at $start"
}

# A namespace as large as the region: a whole section with a part of one behind it is more than the altmap
# holds. The driver fails, and what it had added already stays.
scenario_orphan_pmem() {
    region_ready
    ! ndctl create-namespace -m fsdax --map=dev || fail "create-namespace does not fail"
    dmesg | grep -q 'nd_pmem .* error -12\|nd_pmem .*probe.* failed with error -12' ||
        fail "not for want of memory: $(dmesg | tail -n 3)"
    start=$(($(cat /sys/bus/nd/devices/region0/resource)))
    section=$((32768 * 4096))
    end=$(((start + $(cat /sys/bus/nd/devices/region0/size)) / section * section))
    echo "fact orphan $(pfn $start) $(pfn $end)" >>/tmp/facts
}

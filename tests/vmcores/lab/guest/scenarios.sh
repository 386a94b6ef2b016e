# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# One function per kind of scenario; scenarios.tab names them with their arguments. Each ends by
# checking that the state it is named for is really there. Sourced by init.

scenario_end=

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
    ndctl create-namespace -m fsdax --map="$2" || fail "create-namespace"
    namespaces_check fsdax "$2" 1
    wait_for /dev/pmem0
}

scenario_devdax() {
    region_ready
    ndctl create-namespace -m devdax --map="$2" -a "$3" || fail "create-namespace"
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

scenario_hole() {
    e820_namespace dev
    grep -q '48000000-4bffffff : Persistent' /proc/iomem || fail "no pmem at 0x48000000"
}

# hotplug_dimm SIZE: a DIMM plugged into the running guest
hotplug_dimm() {
    host_qmp "{\"execute\":\"object-add\",\"arguments\":{\"qom-type\":\"memory-backend-ram\",\"id\":\"hp0\",\"size\":$1}}"
    host_qmp '{"execute":"device_add","arguments":{"driver":"pc-dimm","id":"dimm0","memdev":"hp0"}}'
}

# blocks_in STATE: memory blocks in that state
blocks_in() {
    grep -l "^$1\$" /sys/devices/system/memory/memory*/state | sed 's#/state##'
}

scenario_offline() {
    hotplug_dimm 268435456
    n=0
    while [ "$(blocks_in offline | wc -l)" != 2 ]; do
        n=$((n + 1))
        [ $n -le 100 ] || fail "the DIMM's two blocks do not appear offline"
        usleep 100000
    done
}

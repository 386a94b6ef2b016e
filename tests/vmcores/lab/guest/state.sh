# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # init sets these
# What the guest tells about itself, in /out/state.txt, and the two markers. Sourced by init.

random_hex() {
    od -An -tx1 -N8 /dev/urandom | tr -d ' \n'
}

# Strings that may never be found in what leaves a dump without user data: one in the heap of a
# process, one in the page cache.
markers_start() {
    marker_heap=ZDM-USER-MARKER-$(random_hex)
    marker_cache=ZDM-PAGECACHE-MARKER-$(random_hex)
    echo "$marker_cache" >/tmp/pagecache-marker
    echo "$marker_heap" >/tmp/heap-marker
    sh -c 'read -r m </tmp/heap-marker; rm /tmp/heap-marker; while :; do sleep 1000; done; echo "$m"' &
    wait_gone /tmp/heap-marker
}

wait_gone() {
    n=0
    while [ -e "$1" ]; do
        n=$((n + 1))
        [ $n -le 200 ] || fail "$1 does not go away"
        usleep 100000
    done
}

# attributes DIR NAME...: "dir name=value …" on one line
attributes() {
    d=$1
    shift
    printf '%s' "${d##*/}"
    for a in "$@"; do
        [ -r "$d/$a" ] && v=$(cat "$d/$a" 2>/dev/null) && printf ' %s=%s' "$a" "$(echo "$v" | tr ' ' ',')"
    done
    echo
}

zones() {
    awk '/^Node/ { node = $2; zone = $4; sub(",", "", node) }
         /^ +(spanned|present|managed) / { v[$1] = $2 }
         /start_pfn:/ { print "node=" node, "zone=" zone, "start_pfn=" $2,
             "spanned=" v["spanned"], "present=" v["present"], "managed=" v["managed"] }' /proc/zoneinfo
}

state_save() {
    cat /proc/iomem >/out/iomem
    {
        echo "zdm-state 1"
        echo "scenario $scenario"
        echo "function $function"
        echo "marker $marker_heap"
        echo "marker $marker_cache"
        echo "### uname"
        uname -a
        echo "### cmdline"
        cat /proc/cmdline
        echo "### iomem"
        cat /proc/iomem
        echo "### zones"
        zones
        echo "### block-size"
        cat /sys/devices/system/memory/block_size_bytes
        echo "### memory-blocks"
        for d in /sys/devices/system/memory/memory*; do
            attributes "$d" phys_index state valid_zones removable
        done
        echo "### nd-regions"
        for d in /sys/bus/nd/devices/region*; do
            [ -e "$d/resource" ] && attributes "$d" resource size align
        done
        echo "### nd-namespaces"
        for d in /sys/bus/nd/devices/namespace*; do
            [ -e "$d" ] && attributes "$d" resource size mode holder_class holder
        done
        echo "### nd-pfn"
        for d in /sys/bus/nd/devices/pfn* /sys/bus/nd/devices/dax*; do
            [ -e "$d" ] && attributes "$d" namespace mode align resource size
        done
        echo "### facts"
        cat /tmp/facts
        dmesg | sed -n 's/.*zdm_map: fact/fact/p'
        echo "### ndctl"
        ndctl list -Nvuu
        echo "### daxctl"
        daxctl list -u
        echo "### modules"
        lsmod
    } >/out/state.txt 2>/dev/null
    if [ "$(cmdline_value zdm.save)" = symbols ]; then
        cat /proc/kallsyms >/out/kallsyms
        cat /sys/kernel/btf/vmlinux >/out/btf
    fi
}

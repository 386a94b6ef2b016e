# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What a machine is to the lab: QEMU, its console, the programs of its guests. Sourced by lab.sh.
# shellcheck disable=SC2034 # used by those who source this

# machine_set MACHINE (Debian's name): sets M_NAME M_SCENARIOS M_QEMU M_CONSOLE M_ANSWER M_DISK M_NEEDS
# M_ANSWER: where the guest hears the host
machine_set() {
    M_NAME=$1
    case $1 in
    amd64)
        M_SCENARIOS=$LAB_SRC/scenarios.tab
        M_QEMU=(qemu-system-x86_64 -nodefaults -machine "q35,nvdimm=on" -cpu "max,la57=off")
        # no_timer_check: on a busy machine an emulated timer may miss the kernel's trial
        M_CONSOLE="console=ttyS0 panic=5 no_timer_check"
        M_ANSWER=serial
        M_DISK=if=virtio
        M_NEEDS="qemu-system-x86_64"
        ;;
    arm64)
        M_SCENARIOS=$LAB_SRC/scenarios-arm64.tab
        # plain "max" signs every return address by an algorithm that is dear to emulate
        M_QEMU=(qemu-system-aarch64 -nodefaults -machine "virt,gic-version=3,nvdimm=on"
            -cpu "max,pauth-impdef=on")
        M_CONSOLE="console=ttyAMA0 panic=5"
        M_ANSWER=console
        M_DISK=if=virtio
        M_NEEDS="qemu-system-aarch64 fdtput readelf"
        ;;
    *) die "kernels.tab: unknown machine '$1'" ;;
    esac
}

# Debian's packages of the guest's own programs, where they are not this machine's; the suite has a
# makedumpfile that knows 52 bits of addresses (1.7.6)
GUEST_SUITE=trixie
GUEST_PACKAGES="busybox-static ndctl daxctl kexec-tools makedumpfile"

# guest_root: prints a directory that holds the guest's programs and their libraries, or nothing: those
# of this machine do
guest_root() {
    [ "$M_NAME" = amd64 ] || echo "$CACHE/root-$M_NAME"
}

# guest_root_ready: unpacks them, once
guest_root_ready() {
    local root tmp
    root=$(guest_root)
    [ -n "$root" ] && [ ! -e "$root/.done" ] || return 0
    apt_use "$M_NAME"
    apt_ready
    say "programs of $M_NAME, from $GUEST_SUITE"
    tmp=$root.tmp
    rm -rf "$tmp"
    mkdir -p "$tmp"
    # shellcheck disable=SC2086
    packages_unpack "$tmp" $GUEST_PACKAGES >"$tmp/packages"
    ln -s usr/lib "$tmp/lib"
    touch "$tmp/.done"
    rm -rf "$root"
    mv "$tmp" "$root"
}

# program_find NAME: where it is, for the guest
program_find() {
    local root d
    root=$(guest_root)
    if [ -z "$root" ]; then
        command -v "$1"
        return
    fi
    for d in bin usr/bin sbin usr/sbin; do
        [ ! -f "$root/$d/$1" ] || { echo "$root/$d/$1"; return; }
    done
    return 1
}

# program_libs FILE: the shared libraries that it needs, each as "FILE PATH-IN-THE-GUEST"
program_libs() {
    local root
    root=$(guest_root)
    if [ -z "$root" ]; then
        ldd "$1" 2>/dev/null | grep -o '/[^ )]*' | awk '{ print $1, $1 }'
    else
        libs_of "$root" "$1"
    fi
}

# libs_of ROOT FILE: the same by what the files themselves say; the loader among them
libs_of() {
    local root=$1 dir name path todo=("$2") seen=' '
    dir=$(dirname "$2")
    name=$(readelf -l "$2" 2>/dev/null | sed -n 's/.*program interpreter: \(.*\)].*/\1/p')
    [ -z "$name" ] || echo "$(find "$root/" -name "${name##*/}" ! -type d | head -n 1) $name"
    while [ ${#todo[@]} != 0 ]; do
        path=${todo[0]}
        todo=("${todo[@]:1}")
        for name in $(readelf -d "$path" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
            [[ $seen != *" $name "* ]] || continue
            seen+="$name "
            path=$(find "$dir" "$root/" -name "$name" ! -type d | head -n 1)
            [ -n "$path" ] || continue
            echo "$path /lib/$name"
            todo+=("$path")
        done
    done
}

# device_tree FILE RAM REGION…: QEMU's own, with pmem regions (ADDRESS+SIZE) in it
device_tree() {
    local file=$1 ram=$2 region addr size node
    shift 2
    "${M_QEMU[@]}" -machine "dumpdtb=$file" -smp 1 -m "$ram,slots=4,maxmem=16G" -device vmcoreinfo \
        -display none >/dev/null 2>&1 || die "QEMU writes no device tree"
    for region; do
        addr=$((${region%+*}))
        size=$(numfmt --from=iec "${region#*+}")
        node=$(printf '/pmem@%x' "$addr")
        fdtput -c "$file" "$node"
        fdtput -t s "$file" "$node" compatible pmem-region
        # shellcheck disable=SC2046
        fdtput -t x "$file" "$node" reg $(printf '%x %x %x %x' $((addr >> 32)) $((addr & 0xffffffff)) \
            $((size >> 32)) $((size & 0xffffffff)))
    done
}

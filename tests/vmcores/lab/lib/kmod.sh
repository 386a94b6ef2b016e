# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds our kernel modules, against a kernel's own headers or its image alone. Sourced by lab.sh.

# The compiler for another machine, and what make is to know of it
cross_args() {
    [ "$M_NAME" = amd64 ] || echo "ARCH=$M_NAME CROSS_COMPILE=aarch64-linux-gnu-"
}

# chroot_name SUITE: CACHE/chroot-SUITE, a minimal Debian with a compiler; for another machine one more
chroot_name() {
    echo "chroot-$1${M_NAME/amd64/}" | sed 's/arm64$/-arm64/'
}

chroot_ready() {
    local dir more=
    dir=$CACHE/$(chroot_name "$1")
    [ "$M_NAME" = amd64 ] || more=,gcc-aarch64-linux-gnu
    [ -e "$dir/.done" ] && return
    need debootstrap
    say "a $1 of its own to build modules in (debootstrap, some 500 MB)"
    rm -rf "$dir"
    debootstrap --variant=minbase --keyring="$KEYRING" \
        --include=gcc,make,binutils,libelf1t64$more "$1" "$dir" "$(mirror_site)" \
        >"$CACHE/debootstrap-$1.log" 2>&1 ||
        die "debootstrap $1 failed: $(tail -n 3 "$CACHE/debootstrap-$1.log")"
    rm -rf "$dir"/var/cache/apt/archives/*.deb "$dir"/var/lib/apt/lists/*
    touch "$dir/.done"
}

# The packages name each other by absolute path. Unpacked elsewhere, two things point astray: the
# one-line Makefile of the headers and the link to linux-kbuild.
headers_mend() {
    local hdr=$1 link
    find "$hdr/usr/src" -maxdepth 2 -name Makefile -exec \
        sed -i "s#^include /usr/src/#include $hdr/usr/src/#" {} +
    find "$hdr/usr/src" -maxdepth 2 -type l | while read -r link; do
        case $(readlink "$link") in
        /*) ln -sfn "$hdr$(readlink "$link")" "$link" ;;
        esac
    done
}

build_on_host() {
    local rel=$1 out=$2 hdr=$K_DIR/headers
    if [ ! -e "$hdr/.mended" ]; then
        headers_mend "$hdr"
        touch "$hdr/.mended"
    fi
    # shellcheck disable=SC2046
    make -C "$hdr/usr/src/linux-headers-$rel" M="$out" $(cross_args) \
        CC="$([ "$M_NAME" = amd64 ] || echo aarch64-linux-gnu-)gcc-12" modules
}

# In the chroot the headers appear where they belong: bind mounts in a mount namespace of its own,
# gone with the build.
build_in_chroot() {
    local rel=$1 out=$2 dir
    dir=$CACHE/$(chroot_name "$3")
    # shellcheck disable=SC2016
    unshare -m bash -eu -c '
        chroot=$1 hdr=$2 out=$3 rel=$4
        for d in "$hdr"/usr/src "$hdr"/usr/lib/linux-kbuild-*; do
            mkdir -p "$chroot/${d#"$hdr"/}"
            mount --bind "$d" "$chroot/${d#"$hdr"/}"
        done
        mkdir -p "$chroot/kmod"
        mount --bind "$out" "$chroot/kmod"
        mount -t proc proc "$chroot/proc"
        exec chroot "$chroot" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            make -C "/usr/src/linux-headers-$rel" M=/kmod $5 modules
    ' build "$dir" "$K_DIR/headers" "$out" "$rel" "$(cross_args)"
}

# image_read: K_DIR/image: the payload, its types, and the configuration, as far as it is told
image_read() {
    local dir=$K_DIR/image tmp=$K_DIR/image.tmp rel=$1 tool=$LAB_SRC/lib/image.py sum
    sum=$(sha256sum <"$tool")
    if [ "$sum" = "$(cat "$dir/.done" 2>/dev/null)" ]; then
        return
    fi
    need bpftool zstd lz4
    rm -rf "$tmp"
    mkdir -p "$tmp"
    "$tool" unpack "$K_DIR/vmlinuz" "$tmp/vmlinux" || die "kernel $K_NAME: cannot unpack vmlinuz"
    "$tool" vermagic "$tmp/vmlinux" "$rel" >"$tmp/vermagic" || die "kernel $K_NAME: no vermagic"
    bpftool btf dump file "$tmp/vmlinux" format c >"$tmp/vmlinux.h" || die "kernel $K_NAME: no types"
    if [ -e "$K_DIR/root/boot/config-$rel" ]; then
        cp "$K_DIR/root/boot/config-$rel" "$tmp/config"
    else
        "$tool" options "$tmp/vmlinux" >"$tmp/config" || die "kernel $K_NAME: no options"
    fi
    echo "$sum" >"$tmp/.done"
    rm -rf "$dir"
    mv "$tmp" "$dir"
}

# What code in the kernel may not use, or must not rely on; no thunks and landing pads, which TCG
# does not ask for. The kernel's own types want -fms-extensions from 6.19 on.
IMAGE_CFLAGS="-std=gnu11 -O2 -Wall -Wno-pointer-sign -ffreestanding -fms-extensions
    -fno-strict-aliasing -fno-common -fwrapv -fshort-wchar -fno-pic -fno-pie -fno-stack-protector
    -fno-jump-tables -fno-asynchronous-unwind-tables -fcf-protection=none -mcmodel=kernel
    -mno-red-zone -mno-mmx -mno-sse -mno-sse2 -mno-avx -mno-80387 -mskip-rax-setup"

# build_from_image OUT: no headers; kmod/zdm_image.h stands in for them
build_from_image() {
    local out=$1 image=$K_DIR/image tool=$LAB_SRC/lib/image.py m w flags
    cp "$image/vmlinux.h" "$out/"
    "$tool" functions "$image/vmlinux" "$out"/zdm_*.[ch] >"$out/functions.h" || return
    # shellcheck disable=SC2206
    flags=($IMAGE_CFLAGS -DZDM_IMAGE "-DZDM_VERMAGIC=\"$(cat "$image/vermagic")\"")
    # the options that our sources ask for
    for w in $(grep -oh 'CONFIG_[A-Z_]*' "$out"/zdm_*.c | sort -u); do
        ! grep -q "^$w=y" "$image/config" || flags+=("-D$w=1")
    done
    # as Kbuild does it with memremap.h
    for w in vmemmap_shift MEMORY_DEVICE_COHERENT folio_free page_free; do
        ! grep -qw "$w" "$image/vmlinux.h" || flags+=("-DZDM_HAS_$w")
    done
    for m in $(awk '$1 == "obj-m" { $1 = $2 = ""; print }' "$out/Kbuild"); do
        m=${m%.o}
        gcc-12 "${flags[@]}" -c -o "$out/$m.o" "$out/$m.c" &&
            "$tool" versions "$image/vmlinux" "$out/$m.o" >"$out/$m.versions" &&
            gcc-12 "${flags[@]}" "-DZDM_MODULE=\"$m\"" "-DZDM_VERSIONS=\"$m.versions\"" \
                -c -o "$out/$m.mod.o" "$out/zdm_module.c" &&
            ld -r -o "$out/$m.ko" "$out/$m.o" "$out/$m.mod.o" || return
    done
    "$tool" check "$image/vmlinux" "$out"/*.ko
}

# kmod_build: K_DIR/kmod/*.ko, again whenever a source is another
kmod_build() {
    local rel out sum f
    rel=$(cat "$K_DIR/release")
    out=$K_DIR/kmod
    sum=$(cat "$LAB_SRC"/kmod/* "$LAB_SRC"/lib/{kmod.sh,image.py} | sha256sum)
    if [ "$sum" = "$(cat "$out/.done" 2>/dev/null)" ]; then
        return
    fi
    need make gcc-12
    case $K_TOOLS in
    image) image_read "$rel" ;;
    host) headers_fetch ;;
    *)
        headers_fetch
        locked "$(chroot_name "$K_TOOLS")" chroot_ready "$K_TOOLS"
        ;;
    esac
    say "kernel $K_NAME: building our modules"
    rm -rf "$out"
    mkdir -p "$out"
    for f in "$LAB_SRC"/kmod/*; do
        cp "$f" "$out/"
    done
    case $K_TOOLS in
    host) build_on_host "$rel" "$out" ;;
    image) build_from_image "$out" ;;
    *) build_in_chroot "$rel" "$out" "$K_TOOLS" ;;
    esac >"$K_DIR/kmod.log" 2>&1 || die "module build failed for $K_NAME:
$(grep -E 'error|Error' "$K_DIR/kmod.log" | head -n 10)
(whole log: $K_DIR/kmod.log)"
    echo "$sum" >"$out/.done"
}

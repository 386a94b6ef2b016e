# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds our kernel modules against a kernel's own headers. Sourced by lab.sh.

# chroot_ready SUITE: CACHE/chroot-SUITE, a minimal Debian with a compiler
chroot_ready() {
    local dir=$CACHE/chroot-$1
    [ -e "$dir/.done" ] && return
    need debootstrap
    say "a $1 of its own to build modules in (debootstrap, some 500 MB)"
    rm -rf "$dir"
    debootstrap --variant=minbase --keyring="$KEYRING" \
        --include=gcc,make,binutils,libelf1t64 "$1" "$dir" "$(mirror_site)" \
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
    make -C "$hdr/usr/src/linux-headers-$rel" M="$out" CC=gcc-12 modules
}

# In the chroot the headers appear where they belong: bind mounts in a mount namespace of its own,
# gone with the build.
build_in_chroot() {
    local rel=$1 out=$2 dir=$CACHE/chroot-$3
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
            make -C "/usr/src/linux-headers-$rel" M=/kmod modules
    ' build "$dir" "$K_DIR/headers" "$out" "$rel"
}

# kmod_build: K_DIR/kmod/*.ko, again whenever a source is another
kmod_build() {
    local rel out sum f
    rel=$(cat "$K_DIR/release")
    out=$K_DIR/kmod
    sum=$(cat "$LAB_SRC"/kmod/* | sha256sum)
    if [ "$sum" = "$(cat "$out/.done" 2>/dev/null)" ]; then
        return
    fi
    [ "$K_TOOLS" != none ] || die "no headers are served for $K_NAME: it has no testimony"
    headers_fetch
    need make gcc-12
    [ "$K_TOOLS" = host ] || locked "chroot-$K_TOOLS" chroot_ready "$K_TOOLS"
    say "kernel $K_NAME: building our modules"
    rm -rf "$out"
    mkdir -p "$out"
    for f in "$LAB_SRC"/kmod/*; do
        cp "$f" "$out/"
    done
    case $K_TOOLS in
    host) build_on_host "$rel" "$out" ;;
    *) build_in_chroot "$rel" "$out" "$K_TOOLS" ;;
    esac >"$K_DIR/kmod.log" 2>&1 || die "module build failed for $K_NAME:
$(grep -E 'error|Error' "$K_DIR/kmod.log" | head -n 10)
(whole log: $K_DIR/kmod.log)"
    echo "$sum" >"$out/.done"
}

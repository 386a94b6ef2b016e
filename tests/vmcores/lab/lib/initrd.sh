# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The guest's initramfs: busybox, the tools, the modules, our scripts. Sourced by lab.sh.

GUEST_TOOLS="ndctl daxctl kexec makedumpfile"
# What a scenario may load; names that a kernel does not have are passed over (there they are
# built in, or came with another release), and the guest fails loudly if it then lacks something.
GUEST_MODULES="virtio_pci virtio_blk virtio_mmio ext4 crc32c_generic crc32c_intel crc32c-x86_64
    qemu_fw_cfg libnvdimm nfit nd_e820 of_pmem nd_pmem nd_btt nd_virtio virtio_pmem virtio_mem
    dax device_dax dax_pmem dax_hmem kmem"

# tool_copy FILE DIR: a program with the libraries it needs
tool_copy() {
    local f to
    mkdir -p "$2/bin"
    cp -L "$1" "$2/bin/"
    program_libs "$1" | while read -r f to; do
        mkdir -p "$2$(dirname "$to")"
        cp -Ln "$f" "$2$to"
    done
}

# module_there NAME: is it built in, or among the modules that are served?
module_there() {
    PATH=$PATH:/usr/sbin:/sbin modprobe -C /dev/null -d "$K_DIR/root" -S "$(cat "$K_DIR/release")" \
        --show-depends "$1" >/dev/null 2>&1
}

# modules_copy DIR: the wanted modules and what they depend on, in a tree of their own. This machine's
# modprobe.d must not have a say (-C).
modules_copy() {
    local rel m f
    rel=$(cat "$K_DIR/release")
    for m in $GUEST_MODULES; do
        modprobe -C /dev/null -d "$K_DIR/root" -S "$rel" --show-depends "$m" 2>/dev/null || true
    done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r f; do
        f=${f#"$K_DIR/root"}
        mkdir -p "$1$(dirname "$f")"
        cp "$K_DIR/root$f" "$1$f"
    done
    mkdir -p "$1/lib/modules/$rel"
    cp "$K_DIR/root/usr/lib/modules/$rel"/modules.builtin* "$1/lib/modules/$rel/" 2>/dev/null || true
    cp "$K_DIR/root/usr/lib/modules/$rel"/modules.order "$1/lib/modules/$rel/" 2>/dev/null || true
    depmod -b "$1" "$rel"
}

# initrd_build: K_DIR/initrd.cpio, again whenever a script or a module is another. By content: trees
# of several branches may share the cache. Not compressed: emulated, unpacking costs more than loading.
initrd_build() {
    local dir tool path sum out=$K_DIR/initrd.cpio
    sum=$(cat "$LAB_SRC/lib/initrd.sh" "$LAB_SRC/lib/machine.sh" "$LAB_SRC"/guest/* "$K_DIR"/kmod/*.ko | sha256sum)
    if [ -e "$out" ] && [ "$sum" = "$(cat "$out.sum" 2>/dev/null)" ]; then
        return
    fi
    export PATH=$PATH:/usr/sbin:/sbin
    need cpio modprobe
    guest_root_ready
    for tool in busybox $GUEST_TOOLS; do
        program_find "$tool" >/dev/null || die "$tool is not installed: run 'make lab-deps' (as root)"
    done
    dir=$K_DIR/initrd.dir
    rm -rf "$dir"
    mkdir -p "$dir"/{bin,dev,proc,sys,tmp,out,kmod,lib/modules}
    cp "$(program_find busybox)" "$dir/bin/busybox"
    [ -z "$(program_libs "$dir/bin/busybox")" ] || die "busybox is not static: install busybox-static"
    for tool in $GUEST_TOOLS; do
        path=$(program_find "$tool")
        tool_copy "$path" "$dir"
    done
    modules_copy "$dir"
    cp "$K_DIR"/kmod/*.ko "$dir/kmod/"
    cp "$LAB_SRC"/guest/* "$dir/"
    chmod 755 "$dir"/*.sh "$dir/init"
    (cd "$dir" && find . -print0 | LC_ALL=C sort -z |
        cpio -0 -o -H newc -R 0:0 --quiet >"$out.tmp")
    rm -rf "$dir"
    mv "$out.tmp" "$out"
    echo "$sum" >"$out.sum"
}

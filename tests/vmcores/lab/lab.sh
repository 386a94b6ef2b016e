#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab: real vmcores on demand. README.md says how it works.
#   lab.sh run KERNEL SCENARIO       one vmcore, or what is there already
#   lab.sh all "KERNELS" [SCENARIO…] many; all scenarios if none is named
#   lab.sh fits KERNEL SCENARIO…     can this kernel show them? Says what is missing for each that it cannot
#   lab.sh image-modules KERNEL DIR  our modules in DIR, built without headers even if there are some
#   lab.sh kernel|vmlinux KERNEL     only fetch and build; only its debug vmlinux
#   lab.sh list | clean [cache] | deps
# LABDIR: where everything goes (build/lab). LAB_LOCK: a file to hold a lock on while QEMU runs.
# LAB_CAPTURE_EXTRA: files to put into the capture kernel's initramfs; a capture-extra.sh is run.
# shellcheck source-path=SCRIPTDIR
set -eu
here=$(dirname "$0")
# shellcheck source=lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=lib/machine.sh
. "$here/lib/machine.sh"
# shellcheck source=lib/fetch.sh
. "$here/lib/fetch.sh"
# shellcheck source=lib/kmod.sh
. "$here/lib/kmod.sh"
# shellcheck source=lib/initrd.sh
. "$here/lib/initrd.sh"
# shellcheck source=lib/qemu.sh
. "$here/lib/qemu.sh"
# shellcheck source=lib/run.sh
. "$here/lib/run.sh"

# shellcheck disable=SC2317 # run through locked()
kernel_prepare() {
    kernel_fetch
    kmod_build
    initrd_build
}

# What scenario_fits asks: modules, and headers or the image
# shellcheck disable=SC2317
kernel_facts() {
    kernel_fetch
    if [ "$K_TOOLS" = image ]; then
        image_read "$(cat "$K_DIR/release")"
    else
        headers_fetch
    fi
}

# shellcheck disable=SC2317
image_modules() {
    kernel_fetch
    image_read "$(cat "$K_DIR/release")"
    cp "$LAB_SRC"/kmod/* "$1/"
    build_from_image "$1"
}

LAB_PACKAGES="qemu-system-x86 qemu-system-arm qemu-efi-aarch64 device-tree-compiler busybox-static ndctl daxctl kexec-tools makedumpfile cpio xz-utils
    debootstrap kmod e2fsprogs util-linux python3 gcc-12 make debian-archive-keyring
    bpftool zstd lz4 binutils"

lab_deps() {
    local p missing=()
    for p in $LAB_PACKAGES; do
        dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
    done
    [ ${#missing[@]} != 0 ] || return 0
    say "installing ${missing[*]}"
    apt-get -q update
    # kexec-tools asks questions otherwise
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

lab_list() {
    echo "kernels (KERNEL=):"
    table_rows "$LAB_SRC/kernels.tab" | awk '{ printf "  %-14s %s\n", $1, $2 }'
    echo "scenarios (SCENARIO=; with +kdump: a real kdump; with @trixie: by that QEMU, in each form it has):"
    table_rows "$LAB_SRC/scenarios.tab" | cut -f1,7 | sed 's/^/  /'
    echo "and on arm64:"
    table_rows "$LAB_SRC/scenarios-arm64.tab" | cut -f1,7 | sed 's/^/  /'
    echo "there already, in $LABDIR:"
    find "$LABDIR" -mindepth 3 -maxdepth 3 -name .done ! -path '*/cache/*' -printf '  %P\n' | sed 's#/.done##' | sort
}

main() {
    case ${1:-} in
    run)
        [ $# = 3 ] || die "usage: lab.sh run KERNEL SCENARIO"
        kernel_row "$(kernel_name "$2")"
        locked "run-$K_NAME-$3" scenario_run "$3"
        ;;
    fits)
        [ $# -ge 3 ] || die "usage: lab.sh fits KERNEL SCENARIO…"
        kernel_row "$(kernel_name "$2")"
        shift 2
        locked "$K_NAME" kernel_facts
        scenarios_fit "$@"
        ;;
    image-modules)
        [ $# = 3 ] || die "usage: lab.sh image-modules KERNEL DIR"
        kernel_row "$(kernel_name "$2")"
        locked "$K_NAME" image_modules "$3"
        ;;
    kernel)
        kernel_row "$(kernel_name "${2:-}")"
        locked "$K_NAME" kernel_prepare
        ;;
    vmlinux)
        kernel_row "$(kernel_name "${2:-}")"
        locked "$K_NAME" vmlinux_fetch
        echo "$K_DIR/vmlinux"
        ;;
    all)
        shift
        scenarios_all "$@"
        ;;
    list) lab_list ;;
    deps) lab_deps ;;
    clean)
        # what was fetched stays, unless it is asked for, too
        find "$LABDIR" -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +
        [ "${2:-}" != cache ] || rm -rf "$LABDIR"
        ;;
    *) die "usage: lab.sh run|fits KERNEL SCENARIO | all KERNELS | list | clean | kernel KERNEL | vmlinux KERNEL" ;;
    esac
}

# One command, read as a whole before it runs: an edit meanwhile does no harm
{
    main "$@"
    exit
}

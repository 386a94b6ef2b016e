# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Runs one scenario and leaves its results. Sourced by lab.sh.

# fill_image FILE SIZE FILL BYTE: a sparse file with BYTE (hex) in the places that FILL names
fill_image() {
    local part byte
    byte=$(printf '\\%03o' "0x$4")
    truncate -s "$2" "$1"
    for part in ${3//,/ }; do
        [ "$part" = none ] && continue
        head -c "$(numfmt --from=iec "${part#*+}")" /dev/zero | tr '\0' "$byte" |
            dd of="$1" bs=1M seek="$(numfmt --from=iec "${part%+*}")" oflag=seek_bytes \
                conv=notrunc status=none
    done
}

# media_args MEDIA RAM TMP: fills QEMU_MEDIA. The images are mapped privately: QEMU never writes them.
media_args() {
    local kind size fill node byte file
    QEMU_MEDIA=()
    # shellcheck disable=SC2153 # machine_set's
    if [ "$M_NAME" = arm64 ]; then
        firmware_args "$1" "$2" "$3"
    fi
    IFS=: read -r kind size fill node byte <<<"$1"
    # pmem by device tree lies in the guest's RAM, where the kernel is told that this ends before
    [ "$kind" != of ] || { kind=ram size=$fill; }
    [ "$kind" != ram ] || { fill=$size size=$2; }
    file=$3/$kind.img
    [ "$kind" = - ] || fill_image "$file" "$size" "${fill:-0+16M}" "${byte:-5a}"
    file=memory-backend-file,id=medium,share=off,mem-path=$file,size=$size
    case $kind in
    -) ;;
    nvdimm) QEMU_MEDIA+=(-object "$file"
        -device "nvdimm,id=nv0,memdev=medium,label-size=128K,node=${node:-0}") ;;
    vpmem) QEMU_MEDIA+=(-object "$file" -device "virtio-pmem-pci,memdev=medium,id=vp0") ;;
    ram) QEMU_MEDIA+=(-object "$file" -machine memory-backend=medium) ;;
    *) die "scenarios.tab: unknown medium '$1'" ;;
    esac
}

# firmware_args MEDIA RAM TMP: UEFI, with ACPI; but what the device tree is to say needs that
firmware_args() {
    local regions=
    case $1 in
    of:*) regions=${1#of:} regions=${regions%%:*} ;;
    ram:*) ;;
    *)
        QEMU_MEDIA=(-bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
        return
        ;;
    esac
    # shellcheck disable=SC2086,SC2153
    device_tree "$3/machine.dtb" "$2" ${regions//,/ }
    QEMU_MEDIA=(-dtb "$3/machine.dtb")
}

# scenario_row NAME: sets S_NAME S_RAM S_MEDIA S_QEMU S_APPEND S_NEEDS S_GUEST S_KDUMP S_BY
scenario_row() {
    local row base=${1%@*}
    S_NAME=$1
    S_KDUMP='' S_BY=''
    case $1 in
    *@*) S_BY=${1#*@} ;;
    *+kdump) S_KDUMP=1 ;;
    esac
    row=$(table_rows "$M_SCENARIOS" | awk -F '\t' -v s="${base%+kdump}" '$1 == s')
    [ -n "$row" ] || die "no scenario '$1' in ${M_SCENARIOS##*/} (make lab-list shows them)"
    IFS=$'\t' read -r _ S_RAM S_MEDIA S_QEMU S_APPEND S_NEEDS S_GUEST <<<"$row"
    [ "$S_QEMU" != - ] || S_QEMU=
    [ "$S_APPEND" != - ] || S_APPEND=
    [ "$S_NEEDS" != - ] || S_NEEDS=
    # a dump of gigabytes wants a disk to go to
    [ -z "$S_KDUMP" ] || S_NEEDS="$S_NEEDS @virtio_blk"
}

# scenario_fits: has the kernel what the scenario needs? Sets S_LACKS.
scenario_fits() {
    local rel config types
    rel=$(cat "$K_DIR/release")
    if [ "$K_TOOLS" = image ]; then
        config=$K_DIR/image/config types=$K_DIR/image/vmlinux.h
    else
        config=$K_DIR/headers/usr/src/linux-headers-$rel/.config
        types=$(echo "$K_DIR"/headers/usr/src/*-common/include/linux/memremap.h)
    fi
    for S_LACKS in $S_NEEDS; do
        case $S_LACKS in
        CONFIG_*) grep -q "^$S_LACKS=y" "$config" ;;
        '~CONFIG_'*) ! grep -q "^# ${S_LACKS#?} is not set" "$config" ;;
        @*) module_there "${S_LACKS#@}" ;;
        *) grep -qw "$S_LACKS" "$types" ;;
        esac || return 1
    done
}

cannot_show() {
    echo "kernel $K_NAME cannot show '$S_NAME': it has no ${S_LACKS/#@/module }"
}

# scenarios_fit NAME...: says what is missing for each that the kernel cannot show; false if there is one
scenarios_fit() {
    local s rc=0
    for s; do
        scenario_row "$s"
        scenario_fits || { say "$(cannot_show)"; rc=1; }
    done
    return $rc
}

# initrd_with OUT FILES: the guest's initramfs, with more files in its root; the libraries that
# programs among them need go where they look for them
initrd_with() {
    local dir f
    cp "$K_DIR/initrd.cpio" "$1"
    [ -n "$2" ] || return 0
    dir=$(mktemp -d)
    for f in $2; do
        tool_copy "$f" "$dir"
        mv "$dir/bin/$(basename "$f")" "$dir/"
    done
    chmod 755 "$dir"
    (cd "$dir" && find . | cpio -o -H newc -R 0:0 --quiet) >>"$1"
    rm -rf "$dir"
}

# disk_make DIR: the result disk, with what the guest's kdump needs
disk_make() {
    mkdir -p "$1/in"
    if [ -n "$S_KDUMP" ]; then
        cp "$K_DIR/vmlinuz" "$1/in/"
        initrd_with "$1/in/capture.cpio" "${LAB_CAPTURE_EXTRA:-}"
        echo "$M_CONSOLE irqpoll nr_cpus=1 reset_devices acpi_no_memhotplug zdm.capture=1" \
            >"$1/in/capture-append"
    fi
    mkdir "$1/root"
    mv "$1/in" "$1/root/"
    PATH=$PATH:/usr/sbin:/sbin mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=0 \
        -d "$1/root" "$1/disk.img" 6G >/dev/null
    rm -rf "$1/root"
}

# guest_append: the guest's kernel arguments
guest_append() {
    local a="$M_CONSOLE oops=panic zdm.scenario=$S_NAME"
    [ -z "$S_KDUMP" ] || a="$a crashkernel=256M"
    [ "$K_SAVE" = - ] || a="$a zdm.save=$K_SAVE"
    [ ${#QEMU_DISK[@]} != 0 ] || a="$a zdm.results=serial"
    case " $S_APPEND " in
    *" kaslr "*) ;;
    *) a="$a nokaslr" ;;
    esac
    echo "$a $S_APPEND"
}

# scenario_run NAME: LABDIR/KERNEL/NAME (or LAB_NAME in its place), all or nothing
scenario_run() {
    # shellcheck disable=SC2153 # K_NAME is kernel_row's
    local name=${LAB_NAME:-$1} out tmp started=$SECONDS opt=() QEMU=() QEMU_DISK=()
    out=$LABDIR/$K_NAME/$name
    if [ -e "$out/.done" ]; then
        say "$K_NAME/$name: there already"
        return
    fi
    scenario_row "$1"
    qemu_ready "$S_BY"
    # shellcheck disable=SC2086,SC2153
    need $M_NEEDS makedumpfile debugfs mke2fs fallocate python3
    locked "$K_NAME" kernel_prepare
    scenario_fits || die "$(cannot_show)"
    tmp=$LABDIR/$K_NAME/.tmp-$name
    rm -rf "$tmp"
    mkdir -p "$tmp/media"
    if module_there virtio_blk; then
        disk_make "$tmp"
        QEMU_DISK=(-drive "file=$tmp/disk.img,$M_DISK,format=raw,discard=unmap,detect-zeroes=unmap")
    fi
    media_args "$S_MEDIA" "$S_RAM" "$tmp/media"
    [ -z "$S_KDUMP" ] || opt=(--kdump --timeout "${LAB_TIMEOUT:-400}")
    [ -z "$S_BY" ] || opt=(--all-forms)
    echo "$S_GUEST" >"$tmp/media/guest-function"
    initrd_with "$tmp/media/initrd.cpio" "$tmp/media/guest-function ${LAB_GUEST_EXTRA:-}"
    say "$K_NAME/$1: starting the guest"
    # shellcheck disable=SC2086,SC2153
    ${LAB_LOCK:+flock "$LAB_LOCK"} python3 "$LAB_SRC/vm.py" --answer "$M_ANSWER" "${opt[@]}" "$tmp" -- \
        "${QEMU[@]}" "${M_QEMU[@]:1}" -accel tcg,thread=multi -smp 1 -m "$S_RAM,slots=4,maxmem=16G" -display none -no-reboot \
        -device vmcoreinfo -kernel "$K_DIR/vmlinuz" -initrd "$tmp/media/initrd.cpio" \
        -append "$(guest_append)" "${QEMU_DISK[@]}" "${QEMU_MEDIA[@]}" $S_QEMU ${LAB_QEMU_EXTRA:-} ||
        die "$K_NAME/$1 failed (its files: $tmp)"
    rm -rf "${tmp:?}/media" "$tmp/disk.img" "$tmp/results.tar"
    cp "$K_DIR/packages" "$tmp/packages.txt"
    python3 "$LAB_SRC/expect.py" "$tmp" ||
        die "$K_NAME/$1: the witnesses disagree (its files: $tmp)"
    touch "$tmp/.done"
    rm -rf "$out"
    mv "$tmp" "$out"
    say "$K_NAME/$name: done in $((SECONDS - started)) s, $(du -sh "$out" | cut -f1) on disk"
}

# scenarios_all KERNELS [SCENARIO...]: goes on after a failure, and names the failed at the end
scenarios_all() {
    local kernels=$1 k s failed=()
    shift
    for k in $kernels; do
        kernel_row "$(kernel_name "$k")"
        if [ $# = 0 ]; then
            # shellcheck disable=SC2046
            set -- $(table_rows "$M_SCENARIOS" | cut -f1) \
                fsdax-dev+kdump split+kdump collision+kdump
        fi
        locked "$K_NAME" kernel_prepare
        for s in "$@"; do
            scenario_row "$s"
            if ! scenario_fits; then
                say "passed over: $(cannot_show)"
            elif ! "$LAB_SRC/lab.sh" run "$k" "$s"; then
                failed+=("$K_NAME/$s")
            fi
        done
    done
    [ ${#failed[@]} = 0 ] || die "failed: ${failed[*]}"
}

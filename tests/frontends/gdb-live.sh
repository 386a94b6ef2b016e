#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A live guest through QEMU's gdbstub: stopped before page_alloc_init_late(), the struct pages of late
# memory are raw from where the kernel says; stopped in memmap_init_zone_device() its device is pending;
# stopped before its dump it shows the ranges of that dump. With KASLR and with 5-level page tables
# the kernel is found all the same.
#   KERNELS  kernels of the lab (KERNEL, or 6.1); LAB_LOCK: as in the lab
# shellcheck disable=SC2317 # some functions are called by name
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

: "${KERNELS:=${KERNEL:-6.1}}"
LABDIR=$(realpath -m "$LABDIR")
export LABDIR
command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64 here (make lab-deps)"
[ -x "$B/zdm" ] || skip "no $B/zdm: run make"
for kernel in $KERNELS; do
    [ -e "$LABDIR/cache/$kernel/vmlinux" ] ||
        skip "no vmlinux of kernel $kernel in $LABDIR (make lab-vmlinux KERNEL=$kernel)"
done

# How GDB meets the guest: it waits for its socket, with the slow vmlinux read before.
connect() {
    cat <<END
source $ZDM_GDB
python
import os, time
deadline = time.monotonic() + 900
while not os.path.exists("$WORK/gdb.sock"):
    if time.monotonic() > deadline:
        raise gdb.GdbError("the guest does not start")
    time.sleep(0.05)

def save(command, name):
    started = time.monotonic()
    try:
        text = gdb.execute(command, to_string=True)
    except gdb.error as e:
        text = f"error: {e}\n"
    with open("$WORK/" + name, "w") as f:
        f.write(text)
    print(f"took {name} {(time.monotonic() - started) * 1000:.0f} ms")
end
set remotetimeout 60
target remote $WORK/gdb.sock
END
}

# In the act: the struct pages of the device are mapped, and not initialised
in_the_act() {
    cat <<'END'
hbreak memmap_init_zone_device
continue
python
save("zdm ranges", "pending")
save("zdm ranges pending", "pending-only")
save("print $zdm_class(start_pfn)", "class-first")
save("print $zdm_class(start_pfn + nr_pages - 1)", "class-last")
save("print $zdm_valid(start_pfn + nr_pages - 1)", "valid")
save("print $zdm_page(start_pfn + nr_pages - 1)", "page-pending")
save("maintenance packet qqemu.PhyMemMode", "mode")
end
delete
END
}

# Early in the boot: struct pages of late memory are still raw. The kernel's own word of where they begin
early() {
    cat <<'END'
hbreak page_alloc_init_late
continue
python
save("zdm ranges", "early")
save("print node_data[0]->first_deferred_pfn", "first-deferred")
end
delete
END
}

# Until the host stops the machine for its dump
until_the_dump() {
    sed "s#@WORK@#$WORK#" <<'END'
continue
python
save("zdm ranges", "after")
save("zdm ranges", "again")
save("zdm summary", "summary")
save("print $zdm_page(1).flags", "page-ram")
save("maintenance packet qqemu.PhyMemMode", "mode-after")

# the way taken where a CPU is stopped with nothing of the kernel mapped
import sys
manager = sys.modules["zdm_gdb.commands"].manager
guest, vmlinux = manager.session.source, manager.session.vmlinux
banner = vmlinux.require("linux_banner")
direct = guest.read_kaddr(banner, 64)
memory, guest._memory = guest._memory, lambda a, n: memory(a, n) if guest.in_physical else None
walked = guest.read_kaddr(banner, 64)
print("walk", "good" if walked == direct and walked.startswith(b"Linux version") else walked)
end
disconnect
shell touch @WORK@/finished
echo all done
END
}

expect() {
    if [[ $(cat "$WORK/$1") =~ $2 ]]; then
        pass
    else
        fail "$3: $1 is '$(head -n 5 "$WORK/$1")', not '$2'"
    fi
}

# What GDB saw of a scenario that it met in the act
check_act() {
    expect class-first '"reserved"' "$1"
    expect class-last '"pending"' "$1"
    expect valid '= 0$' "$1"
    expect page-pending 'error: the struct page of PFN 0x[0-9a-f]+ may not be believed: pending' "$1"
    expect mode 'received: "0"' "$1"
    local before after
    before=$(awk '$4 == "pending" { n += $3 } END { print n + 0 }' "$WORK/pending")
    after=$(awk '$4 == "device" { n += $3 } END { print n + 0 }' "$WORK/after")
    if [ "$before" -gt 50000 ] && [ "$before" = "$after" ] && ! grep -qw pending "$WORK/after"; then
        pass
        echo "$NAME: $1: $before PFNs pending in the act, device afterwards"
    else
        fail "$1: $before PFNs pending in the act, $after device afterwards"
    fi
}

# What GDB saw of a boot: nothing from the first deferred page frame on may be believed
check_early() {
    local first end=0 last=0 stop class valid
    first=$(sed -n 's/^[$][0-9]* = \([0-9]*\)$/\1/p' "$WORK/first-deferred")
    while read -r _ stop _ class valid _; do
        [ "$class" != online ] || end=$((stop))
    done <"$WORK/after"
    while read -r _ stop _ class valid _; do
        [ "$valid" != yes ] || last=$((stop))
    done <"$WORK/early"
    if [ "${first:-0}" -eq 0 ] || [ "$first" -ge "$end" ]; then
        fail "$1: the kernel defers nothing: $(cat "$WORK/first-deferred"), RAM ends at $end"
    elif [ "$last" -ne "$first" ]; then
        fail "$1: deferred from $first on, but: $(cat "$WORK/early")"
    else
        pass
        echo "$NAME: $1: $((end - first)) PFNs deferred in the boot, online afterwards"
    fi
}

check_dump() {
    "$B/zdm" ranges -q "$2/dump.elf" >"$WORK/cli" || [ $? = 1 ]
    if diff "$WORK/cli" "$WORK/after" >"$WORK/diff"; then
        pass
    else
        fail "$1: the dump (<) and the guest before it (>) differ: $(head -n 6 "$WORK/diff")"
    fi
    if cmp -s "$WORK/after" "$WORK/again"; then
        pass
    else
        fail "$1: asked again, the answer is another"
    fi
    expect page-ram '= [0-9]+' "$1"
    expect mode-after 'received: "0"' "$1"
    if grep -q '^walk good$' "$WORK/log"; then
        pass
    else
        fail "$1: page walk: $(grep '^walk' "$WORK/log")"
    fi
}

# one KERNEL SCENARIO [COMMANDS CHECK]
one() {
    local dir=$LABDIR/$1/gdb.$2 lab rc=0 stopped=
    [ "${3:-}" != early ] || stopped=-S
    rm -rf "$dir" "$WORK/gdb.sock"
    { connect; [ -z "${3:-}" ] || "$3"; until_the_dump; } >"$WORK/script"
    rm -f "$WORK/finished"
    LAB_NAME=gdb.$2 LAB_QEMU_EXTRA="-gdb unix:$WORK/gdb.sock,server=on,wait=off $stopped" \
        LAB_STOPPED="while [ ! -e $WORK/finished ]; do sleep 0.1; done" \
        tests/vmcores/lab/lab.sh run "$1" "$2" >"$WORK/lab" 2>&1 &
    lab=$!
    run_gdb -x "$WORK/script" "$LABDIR/cache/$1/vmlinux" >"$WORK/log" || true
    touch "$WORK/finished"
    wait $lab || rc=$?
    if [ $rc != 0 ]; then
        fail "$1/$2: $(tail -n 1 "$WORK/lab")"
    elif ! grep -q 'all done$' "$WORK/log" || grep -q Traceback "$WORK/log"; then
        fail "$1/$2: GDB: $(tail -n 5 "$WORK/log")"
    else
        [ -z "${4:-}" ] || "$4" "$1/$2"
        check_dump "$1/$2" "$dir"
        echo "$NAME: $1/$2: $(sed -n 's/^took //p' "$WORK/log" | grep -E '^(pending|after|again) ' | paste -sd,)"
    fi
    [ "$failed" != 0 ] || rm -rf "$dir"
}

for kernel in $KERNELS; do
    one "$kernel" highram early check_early
    one "$kernel" fsdax-dev in_the_act check_act
    one "$kernel" kaslr
    one "$kernel" la57
done
finish

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016 # the dollars are for GDB
# What cannot be answered is said in one sentence, GDB goes on, and no Python traceback is seen.
#   KERNEL  the lab kernel whose dumps are used (6.1)
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

: "${KERNEL:=6.1}"
VMLINUX=$LABDIR/cache/$KERNEL/vmlinux
DUMP=$LABDIR/$KERNEL/fsdax-dev/dump.elf
[ -e "$DUMP" ] || skip "no $DUMP (make lab KERNEL=$KERNEL SCENARIO=fsdax-dev)"

# says NAME REGEX COMMAND [GDB-ARGUMENTS...]: COMMAND prints one line, which matches, and no more
says() {
    local name=$1 want=$2 command=$3 said
    shift 3
    # GDB buffers its output, not its errors
    run_gdb -iex "source $ZDM_GDB" "$@" -ex 'echo >>>\n' -ex 'python gdb.flush()' -ex "$command" \
        -ex 'echo <<<\n' -ex 'printf "usable %d\n", 40+2' >"$WORK/out" || true
    said=$(sed '0,/^>>>$/d; /^<<<$/,$d' "$WORK/out")
    if ! grep -q '^usable 42$' "$WORK/out"; then
        fail "$name: GDB is not usable any more: $(tail -n 3 "$WORK/out")"
    elif grep -q -e Traceback -e 'Error occurred in Python' -e 'zdm failed' "$WORK/out"; then
        fail "$name: Python shows: $(grep -A3 -e Traceback -e 'in Python' -e 'failed' "$WORK/out")"
    elif [ "$(printf '%s\n' "$said" | wc -l)" != 1 ]; then
        fail "$name: not one line: $said"
    elif ! [[ $said =~ $want ]]; then
        fail "$name: '$said' does not say '$want'"
    else
        pass
    fi
}

# no target, or none of ours
says "no target" "^no target: open a vmcore .*target remote.*zdm open" "zdm summary"
says "no target, function" "^no target:" 'print $zdm_class(0)'
says "a process" "^the target is a 'native' process, not a kernel" "zdm ranges" \
    -ex "starti" /bin/true
run_gdb -ex starti -ex "generate-core-file $WORK/user.core" /bin/true >/dev/null || true
[ -s "$WORK/user.core" ] || fail "GDB made no core file of a process"
says "core of a process" "not a kernel dump" "zdm ranges" -c "$WORK/user.core" /bin/true

# files
says "no such file" "^/nonexistent/vmcore: No such file or directory$" "zdm open /nonexistent/vmcore"
says "directory" "^/tmp: is a directory$" "zdm open /tmp"
says "no dump" "not a dump file" "zdm open $ZDM_GDB"
printf '\xfd7zXZ\0rest' >"$WORK/packed"
says "packed" "compressed with xz: run xz -dk" "zdm open $WORK/packed"
says "no file name" "^zdm open takes one file name$" "zdm open"
says "what failed to open is not kept" "^no target" "zdm ranges" -ex "zdm open $WORK/packed"

# memory that the dump lacks
# the headers, and nothing behind them: GDB opens such a core file without complaint
vmcore=$LABDIR/$KERNEL/fsdax-dev+kdump/vmcore
if [ -e "$vmcore" ]; then
    head -c 20000 "$vmcore" >"$WORK/half"
    says "truncated" "init_top_pgt .* cannot be read" "zdm ranges" -c "$WORK/half"
    says "truncated, function" "init_top_pgt .* cannot be read" 'print $zdm_valid(1)' -c "$WORK/half"
fi

# arguments
for c in summary pgmaps close; do
    says "zdm $c with an argument" "^too many arguments: zdm $c" "zdm $c x" -c "$DUMP"
done
says "no such class" "^no class is called 'foo': .*altmap" "zdm ranges foo" -c "$DUMP"
says "two classes" "^too many arguments" "zdm ranges hole device" -c "$DUMP"
says "no PFN" "^which page frame" "zdm pfn" -c "$DUMP"
says "bad spec" "no struct page address" "zdm pfn page:1234" -c "$DUMP"
says "bad address" "hexadecimal address" "zdm pfn phys:xyz" -c "$DUMP"
says "bad number" "none of PFN" "zdm pfn 12q" -c "$DUMP"
says "bad expression" "No symbol" "zdm pfn nosuchsymbol" -c "$DUMP"
says "negative PFN" "^-1 is no page frame number" "zdm pfn -1" -c "$DUMP"
says "no section" "^section 77777 is not present" "zdm sections 77777" -c "$DUMP"
says "section in words" "No symbol" "zdm sections many" -c "$DUMP"
says "oops without text" "^/nonexistent: No such file" "zdm oops /nonexistent" -c "$DUMP"
says "oops in no text" "no registers of an oops" "zdm oops $ZDM_GDB" -c "$DUMP"
says "registers of something else" "^no registers: the dump is not GDB's target" "zdm oops" \
    -c "$DUMP" -ex "zdm open $DUMP"
says "no PFN in a function" "neither a page frame number|no page frame number" \
    'print $zdm_class(-5)' -c "$DUMP"
says "struct page that may not be believed" "PFN 0x100000 may not be believed: reserved, " \
    'print $zdm_page(0x100000)' -c "$DUMP"
says "struct page without types" "load the kernel's vmlinux" 'print $zdm_page(1)' -c "$DUMP"
says "struct page that is absent" "absent" 'print $zdm_page(0x1000000)' -c "$DUMP"

# the library
says "no library" "^cannot load libzdm.so.0: /nonexistent/libzdm.so.0 is not there; run make" \
    "zdm summary" -iex "python import os; os.environ['ZDM_LIBDIR'] = '/nonexistent'" -c "$DUMP"
mkdir "$WORK/lib"
echo 'unsigned int zdm_api_number(void) { return 999; }' |
    ${CC:-cc} -shared -fPIC -x c -o "$WORK/lib/libzdm.so.0" -
says "another library" "^libzdm.so.0 has API 999, these GDB commands need 1" "zdm summary" \
    -iex "python import os; os.environ['ZDM_LIBDIR'] = '$WORK/lib'" -c "$DUMP"

# no vmlinux, or the wrong one
"$B/zdm" ranges -q "$DUMP" >"$WORK/cli"
"$B/zdm" capsule -qf "$DUMP" "$WORK/capsule" >"$WORK/log" 2>&1 || fail "no capsule: $(cat "$WORK/log")"
for file in "$DUMP" "$WORK/capsule"; do
    run_gdb -c "$file" -ex "source $ZDM_GDB" -ex "zdm ranges" | sed '0,/START_PFN/{/START_PFN/!d}' \
        >"$WORK/without"
    if diff "$WORK/cli" "$WORK/without" >"$WORK/diff"; then
        pass
    else
        fail "$file without a vmlinux: $(head -n 5 "$WORK/diff")"
    fi
done
for wrong in "$LABDIR"/cache/*/vmlinux; do
    if [ -e "$wrong" ] && [ "$wrong" != "$VMLINUX" ]; then
        says "wrong vmlinux" "^wrong vmlinux: $wrong has build-id [0-9a-f]+, the kernel in the target is .* with build-id [0-9a-f]+" \
            "zdm summary" -c "$DUMP" "$wrong"
        break
    fi
done
old=$LABDIR/5.10/fsdax-dev/dump.elf
if [ -e "$old" ]; then
    run_gdb -c "$old" -ex "source $ZDM_GDB" -ex "zdm summary" >"$WORK/out"
    if ! grep -q 'WARNING .*pgmap_array not found: device memory cannot be told from other memory$' "$WORK/out" ||
        ! grep -q '^zdm: warning: symbols are missing; load the vmlinux (`file VMLINUX`)$' "$WORK/out" ||
        grep -q -e ' --[a-z]' "$WORK/out"; then
        fail "no vmlinux, and a dump that tells too little: $(tail -n 3 "$WORK/out")"
    fi
fi

# a guest without a kernel: a machine that has not started
if command -v qemu-system-x86_64 >/dev/null && [ -e "$VMLINUX" ]; then
    qemu-system-x86_64 -nodefaults -display none -accel tcg -m 64M -S \
        -gdb "unix:$WORK/gdb.sock,server=on,wait=off" 2>/dev/null &
    qemu=$!
    for _ in $(seq 50); do [ -S "$WORK/gdb.sock" ] || sleep 0.1; done
    says "guest without a kernel" "^no Linux kernel is running in the target, or not yet" \
        "zdm ranges" -ex "target remote $WORK/gdb.sock" "$VMLINUX"
    says "guest, and no vmlinux" "^no vmlinux: load that of the guest's kernel" \
        "zdm ranges" -ex "set architecture i386:x86-64" -ex "target remote $WORK/gdb.sock"
    kill $qemu
    wait $qemu 2>/dev/null || true
fi
finish

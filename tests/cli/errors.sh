#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: what zdm says to bad command lines and bad files: one line, the right
# exit code, no half file.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core ""

usage() {
    local name cmd
    run
    if [ $rc -eq 2 ] && grep -q '^Usage: zdm' "$work/err"; then ok usage/none; else
        not_ok usage/none "exit code $rc"; fi
    fails usage/command 2 "unknown command 'bogus'" bogus
    fails usage/option 2 "unknown option '--bogus'" summary --bogus "$core"
    fails usage/short-option 2 "unknown option '-x'" summary -x "$core"
    fails usage/option-first 2 "unknown option '--bogus'" --bogus summary "$core"
    fails usage/options-alone 2 "COMMAND is missing" -q --json
    fails usage/no-argument 2 "'--vmlinux' needs an argument" summary "$core" --vmlinux
    fails usage/no-vmcore 2 "VMCORE is missing" summary
    fails usage/no-spec 2 "missing" pfn "$core"
    fails usage/two-vmcores 2 "one operand too many" summary "$core" "$core"
    value usage/class "'nonsense' is no class" ranges --class nonsense "$core"
    value usage/class-list "'nonsense' is no class" ranges --class hole,nonsense,device "$core"
    value usage/column "'BOGUS' is no column" ranges -o CLASS,bogus "$core"
    value usage/color "always, never or auto" ranges --color sometimes "$core"
    value usage/dump-level "from 0 to 31" carve --dump-level 32 --dry-run "$core"
    value usage/sample "number of struct pages" check --sample x "$core"
    value usage/section "'x1' is no section number" sections --section x1 "$core"
    fails usage/layout-nothing 2 "give a VMCORE" layout
    fails usage/layout-live 2 "take no VMCORE" layout --live "$core"
    fails usage/layout-btf 2 "go together" layout --btf "$core"
    fails usage/layout-both 2 "not both" layout --live --btf "$core" --kallsyms "$core"
    fails usage/layout-release 2 "goes with" layout --release 5.10 "$core"
    fails usage/layout-json 2 "leave out --json" layout --json "$core"
    for name in 0x nonsense 0x1g 12ab phys: phys:zz phys:0x10000000000000 page:1 \
        page:ffffe9ffffffffff virt:0 0x10000000000 99999999999999999999 \
        5-5 0x200-0x100 1- 1+0 0-0x200000 0t 0t1f 0xffffffff81000000; do
        value "usage/spec-$name" "" pfn --layout "$layout" "$core" 0 "$name"
    done
    for cmd in summary ranges pfn sections pgmaps check layout capsule; do
        works "help/$cmd" 0 $cmd --help
        shows "help/$cmd/usage" "Usage: zdm $cmd"
    done
    # what was meant: commands, options, classes, columns; far off is nothing like it
    fails typo/command 2 "did you mean 'summary'" sumary "$core"
    fails typo/command-swapped 2 "did you mean 'oops'" opos "$core"
    fails typo/help 2 "did you mean 'ranges'" help rangs
    fails typo/option 2 "unknown option '--vmlinx' .did you mean '--vmlinux'" summary --vmlinx=x "$core"
    fails typo/own-option 2 "did you mean '--class'" ranges --clas-s hole "$core"
    fails typo/before 2 "did you mean '--quiet'" --quit summary "$core"
    value typo/class "did you mean 'device'" ranges --class devcie "$core"
    value typo/column "did you mean 'REASON'" ranges -o resaon "$core"
    run summry; shows_not typo/far "did you mean 'pgmaps'"
    run xyzzy; shows_not typo/nothing 'did you mean'
    works help/all 0 --help
    works version 0 --version
    shows version/text "zdm "
}

# A dump of a machine that zdm cannot judge is refused by name, whatever else it holds:
# e_machine numbers of include/uapi/linux/elf-em.h, and one that nobody has.
machines() {
    local m
    cp "$core" "$work/foreign"
    "$zdm" capsule --layout "$layout" "$core" "$work/capsule" >"$work/out" 2>&1 ||
        not_ok machine/capsule "$(cat "$work/out")"
    for m in f300:riscv64 0201:loongarch64 1500:ppc64le 1600:s390x 0300:i686 3412:ELF-4660 0000:ELF-0; do
        poke "$work/foreign" 18 "${m%%:*}"
        fails "machine/${m#*:}" 3 "machine ${m#*:} is not supported" summary --layout "$layout" \
            "$work/foreign"
        fails "machine/${m#*:}-carve" 3 "machine ${m#*:} is not supported" carve --dry-run \
            --layout "$layout" "$work/foreign"
        "$B/tests/dumpconv" flat "$work/foreign" "$work/flat"
        fails "machine/${m#*:}-flattened" 3 "machine ${m#*:} is not supported" summary --layout "$layout" \
            "$work/flat"
        poke "$work/capsule" 18 "${m%%:*}"
        fails "machine/${m#*:}-capsule" 3 "machine ${m#*:} is not supported" ranges "$work/capsule"
    done
    # utsname.machine of a kdump-compressed header, plain and flattened: the dump's VMCOREINFO is x86-64's
    "$B/tests/dumpconv" kdump "$core" "$work/kdump"
    for m in riscv64 loongarch64 ppc64le s390x i686 mips64; do
        poke "$work/kdump" $((12 + 4 * 65)) "$(printf '%s\0\0\0\0\0' "$m" | od -An -v -tx1 | tr -d ' \n')"
        fails "machine/$m-kdump" 3 "machine $m is not supported" summary --layout "$layout" "$work/kdump"
        "$B/tests/dumpconv" flat "$work/kdump" "$work/flat"
        fails "machine/$m-kdump-flattened" 3 "machine $m is not supported" ranges --layout "$layout" \
            "$work/flat"
        fails "machine/$m-kdump-pfn" 3 "machine $m is not supported" pfn --layout "$layout" "$work/kdump" 0x100
    done
    # big endian: EI_DATA 2, e_machine the other way round
    poke "$work/foreign" 5 02
    poke "$work/foreign" 18 0016
    fails machine/s390x-big-endian 3 "machine s390x" summary "$work/foreign"
}

# Where tools put dumps: the one that is in a directory, or in one of its directories.
directories() {
    local d=$work/crash
    mkdir -p "$d/202611270400" "$d/empty"
    cp "$core" "$d/202611270400/dump.202611270400"
    echo text >"$d/202611270400/dmesg.202611270400"
    works directory/kdump-tools 0 ranges --layout "$layout" "$d/202611270400"
    if grep -q "202611270400/dump.202611270400: the dump of that directory" "$work/err"; then
        ok directory/said; else not_ok directory/said "$(cat "$work/err")"; fi
    works directory/above 0 ranges -q --layout "$layout" "$d"
    mkdir "$d/127.0.0.1-2026-11-27"
    cp "$core" "$d/127.0.0.1-2026-11-27/vmcore"
    echo text >"$d/127.0.0.1-2026-11-27/vmcore-dmesg.txt"
    works directory/vmcore 0 ranges -q --layout "$layout" "$d/127.0.0.1-2026-11-27"
    fails directory/two 3 "with 2 dumps, name one of them: .*dump.202611270400" summary "$d"
    fails directory/empty 3 "is a directory, and neither" summary "$d/empty"
}

not_dumps() {
    local f=$work/file off n cmd
    fails open/none 3 "none: No such file" summary "$work/none"
    fails open/directory 3 "is a directory" summary "$work"
    : >"$f"
    fails open/empty 3 "not a dump file" summary "$f"
    echo 'this is no dump' >"$f"
    fails open/text 3 "not a dump file" summary "$f"
    fails open/executable 3 "not a core dump.*--vmlinux" summary "$zdm"
    printf '\xfd7zXZ\0\0\0\0' >"$f"
    fails open/xz 3 "compressed with xz: run xz" summary "$f"
    printf '\x28\xb5\x2f\xfd\0\0\0\0' >"$f"
    fails open/zstd 3 "compressed with zstd: run zstd" summary "$f"
    printf '\x1f\x8b\x08\0\0\0\0\0' >"$f"
    fails open/gzip 3 "compressed with gzip: run gzip" summary "$f"
    mkfifo "$work/fifo"
    (exec 3<>"$work/fifo"; fails open/pipe 3 "is a pipe: .*save it to a file" summary "$work/fifo")
    for cmd in summary ranges pgmaps check; do
        fails "stdin/$cmd" 3 "standard input cannot be read here and there" "$cmd" -
    done
    fails stdout/carve 3 "cannot write to standard output" carve --layout "$layout" "$core" -
    fails stdout/capsule 3 "cannot write to standard output" capsule --layout "$layout" "$core" -
    printf 'KDUMP   ' >"$f"
    fails open/kdump-header-only 3 "truncated or damaged" summary "$f"
    printf 'makedumpfile\0\0\0\0' >"$f"
    fails open/flattened-header-only 3 "not a dump file" summary "$f"
    # a core of a process: many segments, no physical address in any
    cp "$core" "$f"
    off=64
    n=$(od -An -tu2 -j56 -N2 "$f")
    while [ "$n" -gt 0 ]; do
        poke "$f" $((off + 24)) 0000000000000000
        off=$((off + 56)) n=$((n - 1))
    done
    fails open/process-core 3 "without physical addresses" summary "$f"
}

# As QEMU's dumps have it: the names of sections are the last thing in the file, and the first that a full
# disk costs
sections_at_end() {
    local f=$work/file end
    cp "$core" "$f"
    end=$(stat -c %s "$f")
    poke "$f" 40 "$(le64 "$end")"
    poke "$f" 58 400002000100
    truncate -s $((end + 128)) "$f"
    poke "$f" $((end + 64 + 24)) "$(le64 $((end + 128)))$(le64 11)"
    run ranges --json -q --layout "$layout" "$core"
    sed 's/"vmcore":"[^"]*"//' "$work/out" >"$work/whole"
    run ranges --json -q --layout "$layout" "$f"
    if [ "$rc" -le 1 ] && sed 's/"vmcore":"[^"]*"//' "$work/out" | cmp -s - "$work/whole"; then
        ok elf/no-section-names
    else
        not_ok elf/no-section-names "exit code $rc: $(head -c 300 "$work/err")"
    fi
}

damaged_elf() {
    local f=$work/file len
    cp "$core" "$f"
    poke "$f" 4 01
    fails elf/32-bit 3 "only 64-bit" summary "$f"
    cp "$core" "$f"
    poke "$f" 54 3700
    fails elf/phentsize 3 "e_phentsize" summary "$f"
    cp "$core" "$f"
    poke "$f" 32 ffffffffffffff7f
    fails elf/phoff 3 "program headers" summary "$f"
    cp "$core" "$f"
    poke "$f" 56 ffff
    fails elf/xnum-without-sections 3 "section headers" summary "$f"
    cp "$core" "$f"
    poke "$f" 40 0000ffffff000000
    poke "$f" 58 40000500
    fails elf/section-headers 3 "section headers" summary "$f"
    sections_at_end
    cp "$core" "$f"
    poke "$f" $((64 + 32)) ffffffffffff0000
    fails elf/huge-note 3 "notes" summary "$f"
    cp "$core" "$f"
    poke "$f" $((64 + 56 + 24)) f0ffffffffffffff
    run ranges -q --layout "$layout" "$f"
    case $rc in 1|3|4) ok elf/segment-wraps ;; *) not_ok elf/segment-wraps "exit code $rc" ;; esac
    for len in 3 40 63 64 100 1000 5000 20000 100000 1000000 4000000; do
        head -c $len "$core" >"$f"
        truncated "elf/truncated-$len" "$f"
    done
}

# Whatever is left of a dump: the answer that there is, marked as damaged, or a line that says
# why there is none.
truncated() {
    run ranges --layout "$layout" "$2"
    case $rc in
    1)
        if grep -q truncated "$work/err"; then ok "$1"; else
            not_ok "$1" "no word of it: $(cat "$work/err")"; fi ;;
    3|4)
        if [ -s "$work/err" ] && [ ! -s "$work/out" ]; then ok "$1"; else
            not_ok "$1" "$(cat "$work/err" "$work/out")"; fi ;;
    *) not_ok "$1" "exit code $rc: $(cat "$work/err")" ;;
    esac
}

other_kernels() {
    local f=$work/file l=$work/other
    fails source/vmlinux-none 3 "No such file" summary --vmlinux "$work/none" "$core"
    fails source/vmlinux-text 3 "no ELF file" summary --vmlinux "$layout" "$core"
    fails source/kallsyms-none 3 "none: No such file" layout --kallsyms "$work/none" --btf "$core"
    fails source/kallsyms-text 3 "does not list _stext" layout --kallsyms "$layout" --btf "$core"
    echo '0000000000000000 T _stext' >"$l"
    fails source/kallsyms-zeros 3 "run as root" layout --kallsyms "$l" --btf "$core"
    echo 'ffffffff81000000 T _stext' >"$l"
    fails source/btf-elf 3 "BTF" layout --kallsyms "$l" --btf "$core"
    fails source/layout-none 3 "No such file" summary --layout "$work/none" "$core"
    fails source/layout-elf 3 "layout file" summary --layout "$core" "$core"
    { grep -v '^OSRELEASE=' "$layout"; echo OSRELEASE=9.9.9; } >"$l"
    fails source/other-release 3 "layout given is of another kernel: release 9.9.9" \
        summary --layout "$l" "$core"
    # names of the same length, so that nothing moves
    LC_ALL=C sed 's/SYMBOL(mem_section)/SYMBOL(mem_sectiom)/' "$core" >"$f"
    grep -v 'SYMBOL(mem_section)' "$layout" >"$l"
    fails source/no-symbol 4 "symbol mem_section not found.*--vmlinux or --layout" \
        summary --layout "$l" "$f"
    LC_ALL=C sed 's/SIZE(page)/SIZE(pagf)/' "$core" >"$f"
    grep -v '^SIZE(page)=' "$layout" >"$l"
    fails source/no-type 4 "type page not found.*--vmlinux or --layout" summary --layout "$l" "$f"
    LC_ALL=C sed 's/VMCOREINFO/VMCOREINFP/' "$core" >"$f"
    fails source/no-vmcoreinfo 4 "no VMCOREINFO.*--vmlinux or --layout" summary "$f"
}

# What is needed at all is not in the dump.
missing_pages() {
    local text=tests/vmcores/text/5.10-fsdax-dev.txt
    { cat $text; echo 'omit mem_section'; } | make_core -
    # VMCOREINFO leads to the roots all the same; what lay beside the variable is unknown
    works missing/section-table 1 summary --layout "$layout" "$core"
    shows missing/section-table/said "device memory cannot be told from other memory"
    { cat $text; echo 'omit roots'; } | make_core -
    fails missing/section-roots 4 "section table .* is unreadable" \
        summary --layout "$layout" "$core"
    { cat $text; echo 'omit root:0'; } | make_core -
    fails missing/section-root 4 "section table .* is unreadable" \
        summary --layout "$layout" "$core"
    { cat $text; echo 'omit init_top_pgt'; } | make_core -
    fails missing/page-tables 4 "page tables" summary --layout "$layout" "$core"
    make_core ""
}

no_half_files() {
    local dir=$work/dir
    mkdir "$dir"
    cp "$core" "$dir/core"
    fails capsule/onto-itself 2 "would overwrite the dump" \
        capsule --layout "$layout" "$dir/core" "$dir/core"
    ln "$dir/core" "$dir/link"
    fails capsule/onto-its-link 2 "would overwrite the dump" \
        capsule --layout "$layout" "$dir/core" "$dir/link"
    rm "$dir/link"
    fails capsule/no-directory 3 "cannot write" \
        capsule --layout "$layout" "$core" "$dir/none/out"
    fails capsule/onto-directory 3 "not a regular file" capsule --layout "$layout" "$core" "$dir"
    echo 'this is no dump' >"$dir/text"
    fails capsule/of-no-dump 3 "not a dump file" capsule "$dir/text" "$dir/out"
    fails layout/no-directory 3 "cannot write" \
        layout --layout "$layout" --output "$dir/none/out" "$core"
    fails layout/onto-dump 2 "overwrite" \
        layout --layout "$layout" --output "$dir/core" "$dir/core"
    if cmp -s "$core" "$dir/core" && [ "$(ls -A "$dir")" = $'core\ntext' ]; then
        ok no-half-files
    else
        not_ok no-half-files "left behind: $(ls -A "$dir")"
    fi
    rc=0
    "$zdm" ranges --layout "$layout" "$core" >/dev/full 2>"$work/err" || rc=$?
    if [ $rc -eq 3 ] && grep -q 'standard output' "$work/err"; then ok full-stdout; else
        not_ok full-stdout "exit code $rc: $(cat "$work/err")"; fi
}

# A file system of one page, where one may be made.
full_disk() {
    rc=0
    if ! unshare -m true 2>/dev/null; then
        skip full-disk "not allowed to mount"
        return
    fi
    mkdir "$work/small"
    "$B/tests/dumpconv" flat "$core" "$work/flat"
    # shellcheck disable=SC2016
    zdm=$zdm core=$core layout=$layout small=$work/small flat=$work/flat unshare -m bash -c '
        mount -t tmpfs -o size=4k none "$small" || exit 77
        "$zdm" capsule -q --layout "$layout" "$core" "$small/out" && exit 1
        [ $? -eq 3 ] && [ -z "$(ls -A "$small")" ] || exit 2
        TMPDIR=$small "$zdm" summary -q --layout "$layout" "$flat" || exit 3
        [ -z "$(ls -A "$small")" ] || exit 4' >"$work/out" 2>"$work/err" || rc=$?
    case $rc in
    77) skip full-disk "not allowed to mount a tmpfs" ;;
    0)
        if [ "$(grep -c '^zdm: .*\(disk may be full\|No space left\)' "$work/err")" -eq 1 ]; then
            ok full-disk; else not_ok full-disk "$(cat "$work/err")"; fi ;;
    *) not_ok full-disk "step $rc: $(cat "$work/err")" ;;
    esac
}

usage
directories
machines
not_dumps
damaged_elf
other_kernels
missing_pages
no_half_files
full_disk

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# fuzz-seeds.sh DIR [-]: inputs for the targets of tests/fuzz/target, a folder each in
# DIR: made of the shipped capsules, text vmcores and texts, and what past runs found
# (tests/fuzz/corpus, but with "-").
set -eu
cd "$(dirname "$0")/.."
shopt -s nullglob

B=${B:-build}
out=$1 kept=${2:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/zdm-seeds.XXXXXX")
trap 'rm -rf "$work"' EXIT

mapfile -t names < <(sed -n 's/^TARGET(\(.*\))/\1/p' tests/fuzz/target/targets.def)
for name in "${names[@]}"; do mkdir -p "$out/$name"; done

# world NAME LAYOUT|- CORE: for all that look at a kernel's memory; flags as in world.c
world() {
    local flags name
    for flags in 0 1 6 9; do
        "$B/tests/fuzz_seed" $flags "$2" "$3" >"$out/model/$1-$flags"
    done
    for name in kpageflags capsule; do cp "$out/model/$1-0" "$out/$name/$1"; done
    { printf '\200\1\0\0'; head -c 384 tests/vmcores/oops/2019.txt; cat "$out/model/$1-0"; } \
        >"$out/oopsdump/$1"
}

# forms NAME CORE: what a dump's file can be, and the texts in it
forms() {
    cp "$2" "$out/file/$1"
    # four fates of frames, none added
    { printf '\4\0\20\0\0\0\2\1\0\0\0\1\20\0\0\0\40\0\2\0\0\0\0\0\0\0'; cat "$2"; } >"$out/carve/$1"
    "$B/tests/dumpconv" flat "$2" "$out/flattened/$1" || rm -f "$out/flattened/$1"
}

of_capsules() {
    local file name
    for file in tests/vmcores/{5.10,6.1,6.12,7.3}/{fsdax-dev,fsdax-mem,split,hole,case4-a,ram}.elf.xz; do
        name=${file#tests/vmcores/}
        name=${name%.elf.xz}
        name=${name/\//-}
        xz -dc "$file" >"$work/core"
        world "$name" - "$work/core"
        forms "$name" "$work/core"
    done
}

of_texts() {
    local file name
    for file in tests/vmcores/text/*.txt; do
        name=${file##*/}
        name=${name%.txt}
        "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/layout" -o "$work/big" "$file" 2>/dev/null ||
            continue
        cp "$work/layout" "$out/layout/$name"
        "$B/zdm" capsule -qf --layout "$work/layout" "$work/big" "$work/core" >/dev/null 2>&1 || continue
        [ "$(stat -c %s "$work/core")" -lt 65536 ] || continue
        world "$name" - "$work/core"
        strings -n 20 "$work/core" | grep -E '^(OSRELEASE|SYMBOL|SIZE|OFFSET|NUMBER|LENGTH)' \
            >"$out/vmcoreinfo/$name" || true
        case $name in *pending* | *split*) forms "$name" "$work/core" ;; esac
    done
}

# a dump small enough to be mutated, in each packing
of_kdump() {
    local kind
    for kind in kdump kdump-raw kdump-lzo kdump-snappy kdump-zstd; do
        "$B/tests/dumpconv" $kind "$out/file/6.1-fsdax-dev" "$out/kdump/$kind" || rm -f "$out/kdump/$kind"
    done
}

of_oops() {
    local file
    for file in tests/vmcores/oops/*.txt; do cp "$file" "$out/oops/${file##*/}"; done
    cp tests/vmcores/oops/*.txt "$out/text"
    printf '0x48000-0x49000' >"$out/text/range"
    printf 'page:ffffea0001200008' >"$out/text/page"
    printf '0x1000 0x2000 yes\n0x2000 0x9000 no\n' >"$out/text/presence"
}

# ELF objects with DWARF and BTF, as this compiler and this kernel write them.
of_types() {
    printf '%s\n' 'struct range { unsigned long start, end; };' \
        'enum memory_type { MEMORY_DEVICE_PRIVATE = 1, MEMORY_DEVICE_FS_DAX = 3 };' \
        'struct dev_pagemap { struct range a; enum memory_type type; int nr_range;' \
        'union { struct range range; struct { struct {} e; struct range ranges[0]; }; }; } p;' \
        'int pgmap_array, lto __asm__("lto.llvm.123"); int main(void) { return 0; }' >"$work/a.c"
    for v in 4 5; do
        "${CC:-cc}" -gdwarf-$v -nostdlib -static -Wl,-e,main -o "$out/dwarf/dwarf-$v" "$work/a.c"
    done
    cp "$out/dwarf/dwarf-4" "$out/file/vmlinux"
    python3 - "$out" <<'PY'
import struct, sys
# BTF: an int, a struct range of two, an enum, a union of both
names = b"\0int\0range\0start\0end\0memory_type\0MEMORY_DEVICE_FS_DAX\0dev_pagemap\0type\0"
at = lambda s: names.index(b"\0" + s + b"\0") + 1
t = struct.pack("<IIII", at(b"int"), 1 << 24, 8, 64)
t += struct.pack("<III", at(b"range"), 4 << 24 | 2, 16)
t += struct.pack("<III", at(b"start"), 1, 0) + struct.pack("<III", at(b"end"), 1, 64)
t += struct.pack("<III", at(b"memory_type"), 6 << 24 | 1, 4) + struct.pack("<Ii", at(b"MEMORY_DEVICE_FS_DAX"), 3)
t += struct.pack("<III", at(b"dev_pagemap"), 4 << 24 | 2, 24)
t += struct.pack("<III", 0, 2, 0) + struct.pack("<III", at(b"type"), 3, 128)
head = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(t), len(t), len(names))
open(sys.argv[1] + "/btf/made", "wb").write(head + t + names)
# kallsyms as 6.12: names, markers, tokens, index, offsets, base
base, link = 0xffffffff82120000, 0xffffffff81000000
out, where = b"", {}
def put(key, v):
    global out
    out += b"\0" * (-len(out) % 8)
    where[key] = base + len(out)
    out += v
tables = ["num_syms", "names", "markers", "token_table", "token_index", "offsets", "relative_base"]
words = [b"Tmain", b"Dpgmap_array", b"Bmem_section.llvm.12", b"T_text"] + [b"Dkallsyms_" + x.encode() for x in tables]
put("kallsyms_num_syms", struct.pack("<I", len(words)))
put("kallsyms_names", b"".join(bytes([len(w)]) + w for w in words))
put("kallsyms_markers", struct.pack("<I", 0))
toks = [bytes([i]) if 33 <= i < 127 else b"" for i in range(256)]
put("kallsyms_token_table", b"".join(x + b"\0" for x in toks))
pos, idx = 0, []
for x in toks:
    idx.append(pos)
    pos += len(x) + 1
put("kallsyms_token_index", struct.pack("<256H", *idx))
where["kallsyms_offsets"] = base + len(out) + -len(out) % 8
where["kallsyms_relative_base"] = where["kallsyms_offsets"] + (4 * len(words) + 7) // 8 * 8
addrs = [link + 16, link + 0x2000, link + 0x3000, link] + [where["kallsyms_" + x] for x in tables]
put("kallsyms_offsets", struct.pack("<%di" % len(words), *[link - 1 - a for a in addrs]))
put("kallsyms_relative_base", struct.pack("<Q", link))
out += b"\0" * 64
for release in ("6.1.0", "6.12.0", "6.18.0", "7.3.0"):
    info = "OSRELEASE=%s\n" % release + "".join("SYMBOL(%s)=%x\n" % kv for kv in where.items())
    open(sys.argv[1] + "/kallsyms/" + release, "wb").write(struct.pack("<H", len(info)) + info.encode() + out)
# a kernel log: eight descriptors with one record; and the buffer of before 5.10
m = bytearray(0x4400)
def w(at, v, n=8): m[at:at + n] = v.to_bytes(n, "little")
B = 0xffffffff82000000
w(0, B + 0x100); w(0x100, 3, 4); w(0x108, B + 0x1000); w(0x110, B + 0x2000)
w(0x118, 7); w(0x120, 0); w(0x140, 10, 4); w(0x148, B + 0x4000)
for i in range(8):
    w(0x1000 + i * 24, i | 2 << 62); w(0x1008 + i * 24, i * 64); w(0x1010 + i * 24, i * 64 + 64)
    w(0x2008 + i * 88, 10**9 * i); w(0x2010 + i * 88, 20, 2)
    w(0x4000 + i * 64, i); m[0x4008 + i * 64:0x401c + i * 64] = b"BUG: unable to handl"
for f in (0, 2): open(sys.argv[1] + "/klog/ring-%d" % f, "wb").write(bytes([f]) + m)
b = bytearray(0x200)
def w(at, v, n=8): b[at:at + n] = v.to_bytes(n, "little")
w(0, B + 0x40); w(8, 0x100, 4); w(24, 0x60, 4)
for i in range(3):
    w(0x40 + i * 32, 10**9); w(0x48 + i * 32, 32, 2); w(0x4a + i * 32, 12, 2); b[0x50 + i * 32:0x5c + i * 32] = b"Hello kernel"
for f in (1, 3): open(sys.argv[1] + "/klog/buffer-%d" % f, "wb").write(bytes([f]) + b)
# /proc/iomem: a root and three resources
r = bytearray(0x200); R = 0xffff888000000000
def res(i, start, end, parent, sib, child):
    struct.pack_into("<8Q", r, i * 64, start, end, R + 0x180 + (i & 1) * 16, 0x81000200, 0, parent and R + (parent - 1) * 64, sib and R + sib * 64, child and R + child * 64)
res(0, 0, 2**46 - 1, 0, 0, 1); res(1, 0x1000, 0x9fbff, 1, 2, 0)
res(2, 0x100000, 0xfffffff, 1, 0, 3); res(3, 0x200000, 0x2fffff, 3, 0, 0)
r[0x180:0x18a] = b"System RAM"; r[0x190:0x19b] = b"Kernel code"
for f in (0, 1): open(sys.argv[1] + "/resources/tree-%d" % f, "wb").write(bytes([f]) + r)
# the view of zdm exec
v = struct.pack("<8s8Q", b"ZDMVIEW1", 4352, 1, 2, 256, 4096, 20000, 40960, 2)
v += struct.pack("<5Q", 28672, 4096, 0x100000, 160, 1) + struct.pack("<5Q", 32768, 8192, 0x300000, 160, 0)
open(sys.argv[1] + "/view/two", "wb").write((v + b"\0" * 8 + b"/a/path\0").ljust(256, b"\0") + b"\x11" * 4096)
PY
}

of_capsules
of_texts
of_kdump
of_oops
of_types
[ "$kept" = - ] || for file in tests/fuzz/corpus/*.tar.xz; do
    name=${file##*/}
    tar -xJf "$file" -C "$out/${name%.tar.xz}"
done

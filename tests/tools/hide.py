#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes page frames out of an ELF vmcore, as a dump lacks what could not be read or was filtered.

hide.py DUMP OUT WHERE...   WHERE: START-END, physical addresses in hex, END exclusive
hide.py --pgmaps DUMP ZDM [OPTION...]   prints a WHERE for the page of each dev_pagemap, then one line for each
                            page of the look-up's tree, its root's last; by what ZDM says of DUMP

OUT is DUMP with other program headers, behind its end; the bytes that are hidden are zero.
"""
import json
import os
import struct
import subprocess
import sys

PHDR = struct.Struct("<IIQQQQQQ")  # type, flags, offset, vaddr, paddr, filesz, memsz, align
PT_LOAD = 1
PAGE = 4096
KERNEL = 0xffffffff80000000


def headers(f):
    f.seek(0)
    ehdr = bytearray(f.read(64))
    off, = struct.unpack_from("<Q", ehdr, 32)
    nr, = struct.unpack_from("<H", ehdr, 56)
    f.seek(off)
    return ehdr, [list(PHDR.unpack(f.read(PHDR.size))) for _ in range(nr)]


def without(load, start, end):
    """A PT_LOAD's pieces outside of [start, end)."""
    first, last = load[4], load[4] + load[5]
    if end <= first or last <= start:
        return [load]
    out = []
    if first < start:
        out.append(load[:5] + [start - first, start - first, load[7]])
    if end < last:
        skip = end - first
        out.append([load[0], load[1], load[2] + skip, load[3] + skip, load[4] + skip, last - end, last - end, load[7]])
    return out


def hide(dump, out, spans):
    subprocess.run(["cp", "--sparse=always", dump, out], check=True)
    with open(out, "r+b") as f:
        ehdr, phdrs = headers(f)
        for start, end in spans:
            new = []
            for p in phdrs:
                pieces = without(p, start, end) if p[0] == PT_LOAD else [p]
                if pieces != [p]:
                    at = max(start, p[4])
                    f.seek(p[2] + at - p[4])
                    f.write(bytes(min(end, p[4] + p[5]) - at))
                new += pieces
            phdrs = new
        f.seek(0, os.SEEK_END)
        struct.pack_into("<Q", ehdr, 32, f.tell())
        struct.pack_into("<H", ehdr, 56, len(phdrs))
        f.write(b"".join(PHDR.pack(*p) for p in phdrs))
        f.seek(0)
        f.write(ehdr)


class Machine:
    """The dump of an x86-64 kernel at its own addresses (nokaslr)."""

    def __init__(self, dump, zdm, options):
        self.file = open(dump, "rb")
        self.loads = [p for p in headers(self.file)[1] if p[0] == PT_LOAD]
        text = subprocess.run([zdm, "layout", "-q", *options, dump], capture_output=True, text=True, check=True).stdout
        self.names = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        self.direct = 0xffff888000000000
        if "SYMBOL(page_offset_base)" in self.names:
            self.direct = self.word(int(self.names["SYMBOL(page_offset_base)"], 16)) or self.direct

    def physical(self, kaddr):
        return kaddr - KERNEL if kaddr >= KERNEL else kaddr - self.direct

    def word(self, kaddr):
        at = self.physical(kaddr)
        for p in self.loads:
            if p[4] <= at and at + 8 <= p[4] + p[5]:
                self.file.seek(p[2] + at - p[4])
                return int.from_bytes(self.file.read(8), "little")
        return 0

    def tree(self):
        """The pages of the nodes, and of the root."""
        root = int(self.names["SYMBOL(pgmap_array)"], 16) + int(self.names.get("OFFSET(xarray.xa_head)", 8))
        todo, found = [self.word(root)], []
        while todo:
            entry = todo.pop()
            if entry & 3 == 2 and entry > PAGE:
                found.append(entry - 2)
                slots = int(self.names["OFFSET(xa_node.slots)"])
                todo += [self.word(entry - 2 + slots + 8 * i) for i in range(64)]
        return found + [root]


def page_of(machine, kaddr):
    start = machine.physical(kaddr) // PAGE * PAGE
    return f"{start:x}-{start + PAGE:x}"


def main():
    if sys.argv[1] == "--pgmaps":
        dump, zdm, *options = sys.argv[2:]
        said = subprocess.run([zdm, "ranges", "-q", "--json", *options, dump], capture_output=True, text=True, check=True)
        machine = Machine(dump, zdm, options)
        pages = [page_of(machine, int(p["kaddr"], 16)) for p in json.loads(said.stdout)["pgmaps"]]
        pages += [page_of(machine, kaddr) for kaddr in machine.tree()] if pages else []
        print("\n".join(dict.fromkeys(pages)))
        return
    dump, out, *where = sys.argv[1:]
    hide(dump, out, [tuple(int(x, 16) for x in w.split("-")) for w in where])


main()

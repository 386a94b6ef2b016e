#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""kdump_large.py IN OUT TIB [cut]: a kdump-compressed dump as that of a machine with so much
memory: the bitmaps grow, the pages stay. With cut, the last page frames are marked as stored and
are not in the file, as after a full disk. All of it is written: no hole of OUT helps a reader."""
import struct
import sys

BLOCK = 4096


def main():
    src, dst, tib = open(sys.argv[1], "rb").read(), sys.argv[2], int(sys.argv[3])
    cut = len(sys.argv) > 4
    sub_blocks, old_blocks = struct.unpack_from("<II", src, 432)
    bitmap_off = (1 + sub_blocks) * BLOCK
    old_bytes = old_blocks // 2 * BLOCK
    desc_off = bitmap_off + 2 * old_bytes
    stored = src[bitmap_off + old_bytes:desc_off]
    nr = sum(bin(b).count("1") for b in stored)
    pfns = tib << 28
    new_bytes = pfns // 8
    extra = 1 << 22 if cut else 0     # 16 GiB of page frames
    shift = 2 * (new_bytes - old_bytes)

    head = bytearray(src[:bitmap_off])
    struct.pack_into("<I", head, 436, 2 * new_bytes // BLOCK)
    struct.pack_into("<I", head, 440, min(pfns, 0xffffffff))
    struct.pack_into("<Q", head, BLOCK + 96, pfns)
    descs = bytearray(src[desc_off:desc_off + 24 * nr])
    for i in range(nr):
        off = struct.unpack_from("<Q", descs, 24 * i)[0]
        struct.pack_into("<Q", descs, 24 * i, off + shift + 24 * extra)
    bitmap = stored.ljust(new_bytes - extra // 8, b"\0") + b"\xff" * (extra // 8)
    with open(dst, "wb") as out:
        out.write(head + bitmap + bitmap + descs)
        gone = struct.pack("<QIIQ", 1 << 50, BLOCK, 0, 0)
        for _ in range(extra >> 12):
            out.write(gone * 4096)
        out.write(src[desc_off + 24 * nr:])


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Saves struct pages of a stopped guest from outside, through QMP memsave.

What the guest's own module says about bytes is checked by a second witness that runs no code of
ours in the guest: QEMU walks the guest's page tables and writes the bytes down.
"""
import os

import testimony

HEAD_PFNS = 512  # a region's first 2 MiB
MAX_REGIONS = 64


def regions(t):
    """Merges runs into regions: device memory of one pgmap; what is present but not online."""
    out = []
    for r in t.runs:
        if not r.present or (r.online and not r.pgmap):
            continue
        key = (r.pgmap, r.valid)
        if out and out[-1][1] == r.start and out[-1][2] == key:
            out[-1][1] = r.end
        else:
            out.append([r.start, r.end, key])
    return [(a, b) for a, b, _ in out]


def pieces(t):
    """(pfn, count) of what is saved, sorted: the ends of each region, and one page that must work."""
    per_page = t.numbers["page_size"] // t.numbers["sizeof_page"]
    want = set()
    for r in t.runs:
        if r.online and r.valid and not r.pgmap:
            want.add((r.start, min(per_page, r.end - r.start)))
            break
    for start, end in regions(t)[:MAX_REGIONS]:
        want.add((start, min(HEAD_PFNS, end - start)))
        last = max(start, end - per_page)
        want.add((last, end - last))
    return sorted(want)


def save(memsave_fn, directory):
    """Fills directory/memsave; memsave_fn(kaddr, bytes, path) returns None or why it failed."""
    t = testimony.Testimony(os.path.join(directory, "testimony.txt"))
    out = os.path.join(directory, "memsave")
    os.makedirs(out, exist_ok=True)
    size = t.numbers["sizeof_page"]
    with open(os.path.join(out, "index"), "w", encoding="ascii") as index:
        for pfn, count in pieces(t):
            name = os.path.join(out, f"pfn-{pfn}.bin")
            kaddr = t.numbers["vmemmap"] + pfn * size
            failed = memsave_fn(kaddr, count * size, name)
            if failed and os.path.exists(name):
                os.unlink(name)
            index.write(f"{pfn} {count} {failed or 'ok'}\n")

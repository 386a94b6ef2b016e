# SPDX-License-Identifier: LGPL-2.1-or-later
"""Saves struct pages of a stopped guest from outside, through QMP memsave.

What the guest's own module says about bytes is checked by a second witness that runs no code of
ours in the guest: QEMU walks the guest's page tables and writes the bytes down.
"""
import os

import testimony

HEAD_PFNS = 512  # of each region: 2 MiB with pages of 4 KiB
MAX_REGIONS = 64
MASK = (1 << 64) - 1  # where physical memory begins high, the struct page of PFN 0 may lie above all others
# above these bits of flags: zone and node, on Debian's kernels (3 bits, and 10 or 4)
ZONE_SHIFT = {"x86_64": 51, "aarch64": 57}
MAX_WHOLE_PFNS = 1 << 18  # devices up to 1 GiB are saved whole, a section at a time


def regions(t):
    """(start, end, pgmap): device memory of one pgmap; what is present but not online."""
    out = []
    for r in t.runs:
        if not r.present or (r.online and not r.pgmap):
            continue
        key = (r.pgmap, r.valid, r.bytes == "unreadable")
        if out and out[-1][1] == r.start and out[-1][2] == key:
            out[-1][1] = r.end
        else:
            out.append([r.start, r.end, key])
    return [(a, b, key[0]) for a, b, key in out]


def pieces(t):
    """(pfn, count) of what is saved, sorted: the ends of each region, small devices whole, and one
    page that must work."""
    per_page = t.numbers["page_size"] // t.numbers["sizeof_page"]
    section = t.numbers["section_pages"]
    want = set()
    for r in t.runs:
        if r.online and r.valid and not r.pgmap:
            want.add((r.start, min(per_page, r.end - r.start)))
            break
    for start, end, pgmap in regions(t)[:MAX_REGIONS]:
        if pgmap and end - start <= MAX_WHOLE_PFNS:
            at = start
            while at < end:
                to = min(end, at // section * section + section)
                want.add((at, to - at))
                at = to
            continue
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
            kaddr = (t.numbers["vmemmap"] + pfn * size) & MASK
            failed = memsave_fn(kaddr, count * size, name)
            if failed and os.path.exists(name):
                os.unlink(name)
            index.write(f"{pfn} {count} {failed or 'ok'}\n")


def kind_of(words, pfn, t, pgmap):
    """Names the contents of a struct page as the testimony does, from its eight words."""
    raw = b"".join(w.to_bytes(8, "little") for w in words)
    lru = (t.numbers["vmemmap"] + pfn * t.numbers["sizeof_page"] + 8) & MASK
    if len(set(raw)) == 1:
        return "zero" if raw[0] == 0 else f"fill:{raw[0]:02x}"
    if words[1] == lru and words[2] == lru:
        return "selflist"
    if pgmap and words[1] == pgmap:
        return "pgmap"
    return "tail" if words[1] & 1 else "other"


def saved(directory):
    """(first pfn, count, bytes; none where they could not be had) of each piece, sorted"""
    with open(os.path.join(directory, "memsave", "index"), encoding="ascii") as f:
        rows = sorted((int(a), int(b), c.strip()) for a, b, c in (x.split(" ", 2) for x in f))
    for pfn, count, how in rows:
        data = b""
        if how == "ok":
            with open(os.path.join(directory, "memsave", f"pfn-{pfn}.bin"), "rb") as f:
                data = f.read()
        yield pfn, count, data


def head_of(word1, kaddr):
    """The head that a tail names: its address, or from 7.1 on a mask to put over the tail's own."""
    value = word1 & ~1
    return kaddr & value if value >> 32 == 0xffffffff else value


def raw_tails(t, directory, compounds, machine):
    """[(start, end)] of PFNs inside the compound pages of a device (start, end, order) whose struct
    pages do not name their head, in zone and on node as that one is."""
    bad, size, shift = [], t.numbers["sizeof_page"], ZONE_SHIFT[machine]
    where = [(a, b, 1 << order) for a, b, order in compounds]
    flags = {}
    for first, count, data in saved(directory) if where else ():
        for pfn in range(first, first + count if data else first):
            row = next(((a, n) for a, b, n in where if a <= pfn < b), None)
            if not row:
                continue
            at = (pfn - row[0]) % row[1]
            page = data[(pfn - first) * size:(pfn - first + 1) * size]
            words = [int.from_bytes(page[i:i + 8], "little") for i in (0, 8)]
            if at == 0:
                flags[pfn] = words[0]
                continue
            kaddr = (t.numbers["vmemmap"] + pfn * size) & MASK
            if words[1] & 1 and head_of(words[1], kaddr) == kaddr - at * size and \
                    words[0] >> shift == flags[pfn - at] >> shift:
                continue
            if bad and bad[-1][1] == pfn:
                bad[-1][1] = pfn + 1
            else:
                bad.append([pfn, pfn + 1])
    return [tuple(row) for row in bad]


def disagreements(t, directory):
    """Compares what was saved from outside with the testimony; returns a list of texts."""
    found, size = [], t.numbers["sizeof_page"]
    runs = iter(t.runs)
    run = next(runs)
    for pfn, count, data in saved(directory):
        for i in range(count):
            while run.end <= pfn + i:
                run = next(runs)
            if run.bytes == "-":
                continue
            page = data[i * size:(i + 1) * size]
            words = [int.from_bytes(page[j:j + 8], "little") for j in range(0, size, 8)]
            kind = kind_of(words, pfn + i, t, run.pgmap) if page else "unreadable"
            if kind != run.bytes:
                found.append(f"pfn {pfn + i}: {kind} from outside, {run.bytes} by testimony")
    return found

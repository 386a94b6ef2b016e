#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What zdm has to say about a dump of the lab, from the guest's own words: expected.txt.

expect.py DIR   reads DIR/testimony.txt, DIR/state.txt and DIR/memsave, writes DIR/expected.txt
(START END CLASS VALID; PFNs, END exclusive, no gap), DIR/expected-why.txt (the same with the
rule's reason) and DIR/never.txt (START END: not valid, by the bytes of the struct pages alone). Exit code 1: the witnesses contradict each other, and nothing is written.

Nothing of zdm is used here. Each rule below says which witness decides, and why that one.
"""
import os
import re
import sys

import memsave
from testimony import Testimony, state_sections

EARLY, ONLINE = 8, 4  # flag bits of section_mem_map, since 5.3 (mm: SECTION_IS_EARLY, _ONLINE)
SUBSECTION_BYTES = 2 << 20  # every release with sub-sections, 5.3 on
ZONE_DEVICE = 4  # Debian's amd64 and arm64 kernels, 5.10 to 7.3: DMA DMA32 NORMAL MOVABLE DEVICE
INFO_BYTES = 8 << 10  # the nvdimm driver keeps so much for its info block in front of a memmap, or a page


class Contradiction(Exception):
    pass


def pairs(line):
    """'name a=1 b=2' -> (name, {a: '1', b: '2'})"""
    words = line.split()
    return words[0], dict(w.split("=", 1) for w in words[1:] if "=" in w)


class State:
    """The parts of state.txt that the rules need, in PFNs."""

    def __init__(self, path, page_bytes):
        s = state_sections(path)
        self.page_bytes = page_bytes
        self.machine = "aarch64" if "aarch64" in " ".join(s.get("uname", [])).split() else "x86_64"
        block = int(s["block-size"][0], 16) // page_bytes
        self.blocks = []  # (start, end, state)
        for line in s["memory-blocks"]:
            name, v = pairs(line)
            nr = int(re.sub(r"\D", "", name))
            self.blocks.append((nr * block, (nr + 1) * block, v["state"]))
        self.ram = []
        for line in s["iomem"]:
            m = re.match(r"\s*([0-9a-f]+)-([0-9a-f]+) : System RAM", line)
            if m:
                self.ram.append((int(m[1], 16) // page_bytes, int(m[2], 16) // page_bytes + 1))
        self.kdump = os.path.exists(os.path.join(os.path.dirname(path), "vmcore"))
        self.altmaps = self._nd_altmaps(s) + self._facts(s, "altmap")
        self.pending = self._facts(s, "pending")
        self.dying = self._facts(s, "dying")
        self.compound = self._facts(s, "compound")
        self.orphans = self._facts(s, "orphan")

    def _nd_altmaps(self, s):
        """(base, reserve end, altmap end) of each namespace with map=dev that is enabled."""
        spaces = dict(pairs(line) for line in s["nd-namespaces"])
        out = []
        for line in s["nd-pfn"]:
            _, v = pairs(line)
            if v.get("mode") != "pmem" or not v.get("namespace") or "resource" not in v:
                continue
            start = int(spaces[v["namespace"]]["resource"], 16) // self.page_bytes
            # The driver aligns the altmap's base down to a sub-section and adds what it
            # thereby gained to the reserve (nvdimm: __nvdimm_setup_pfn()).
            sub = SUBSECTION_BYTES // self.page_bytes
            out.append((start // sub * sub, start + max(1, INFO_BYTES // self.page_bytes),
                        int(v["resource"], 16) // self.page_bytes))
        return out

    @staticmethod
    def _facts(s, kind):
        """Lines 'fact KIND a b …', written by our scenario module: what it did, in PFNs."""
        return [tuple(int(x) for x in line.split()[2:]) for line in s.get("facts", [])
                if line.split()[1] == kind]

    def block_state(self, pfn):
        return next((st for a, b, st in self.blocks if a <= pfn < b), None)

    def is_ram(self, pfn):
        return any(a <= pfn < b for a, b in self.ram)

    def cuts(self):
        """PFNs at which the verdict may change inside one run of the testimony."""
        out = set()
        for group in (self.altmaps, self.pending, self.dying, self.compound, self.orphans):
            for row in group:
                out.update(row)
        for a, b, _ in self.blocks:
            out.update((a, b))
        return out


class Rules:
    def __init__(self, t, state, raw_tails):
        self.t, self.s = t, state
        self.raw_tails = raw_tails  # [(start, end)]
        self.subsection_pages = SUBSECTION_BYTES // t.numbers["page_size"]

    def section(self, pfn):
        return self.t.sections[pfn // self.t.numbers["section_pages"]]

    def subsection_bit(self, pfn):
        bitmap = self.section(pfn)[1]
        in_section = pfn % self.t.numbers["section_pages"]
        return bool(bitmap is not None and bitmap >> (in_section // self.subsection_pages) & 1)

    def verdict(self, r, pfn):
        """(class, valid, why) for the PFNs of run r from pfn to the next cut."""
        if any(a <= pfn < b for a, b in self.s.pending):
            return self.pending(r, pfn)
        if any(a <= pfn < b for a, b in self.s.dying) and not r.pgmap:
            return self.dying(r)
        if not r.present:
            if r.pgmap:
                raise Contradiction("a pgmap without a section, and no scenario that stops there")
            return "absent", "no", "no section here"
        if not r.valid:
            if r.pgmap:
                raise Contradiction("a pgmap where pfn_valid() is false")
            return "hole", "no", "section present, pfn_valid() false: no sub-section here"
        if r.pgmap:
            return self.device(r, pfn)
        return self.ordinary(r, pfn)

    def device(self, r, pfn):
        # get_dev_pagemap() found a live pgmap. Whether its struct page was ever written follows
        # from where the namespace's altmap lies: sysfs tells, the bytes corroborate.
        for base, reserve_end, altmap_end in self.s.altmaps:
            if base <= pfn < reserve_end:
                self.reserve_bytes(r, pfn)
                return "reserved", "no", "the driver's reserve in front of the altmap"
            if reserve_end <= pfn < altmap_end and r.bytes == "unreadable":
                return "altmap", "no", self.GONE
            if reserve_end <= pfn < altmap_end:
                self.want(r, r.bytes == "selflist" and r.zone == ZONE_DEVICE, "altmap frame")
                return "altmap", "yes", "between the reserve and the data of a map=dev namespace"
        if r.bytes == "unreadable":
            return "device", "no", self.GONE
        if any(a <= pfn < b for a, b in self.raw_tails):
            # Seen on kernels before the mend of 2026, where the section has its memmap from boot. The
            # frame is the device's all the same.
            self.want(r, bool(self.section(pfn)[0] & EARLY), "a tail that is none, in the device's own section")
            return "device", "no", "bytes: to be a tail of its compound page, and does not name its head"
        self.want(r, r.bytes in ("pgmap", "tail"), "device frame")
        return "device", "yes", "live pgmap, data part of its range"

    # Seen on arm64: vmemmap_free() unmaps whole pages, and does not ask who else has struct pages there
    GONE = "live pgmap, and no memmap: it went with that of a neighbour"

    def on_medium(self, r, pfn):
        """Is the memmap here this device's alone, so that the altmap stores it? x86 asks the altmap for
        whole sections (vmemmap_populate()), arm64 for all, but a page of memmap that is there stays."""
        numbers = self.t.numbers
        size = numbers["section_pages"] if self.s.machine == "x86_64" else \
            numbers["page_size"] // numbers["sizeof_page"]
        start = pfn // size * size
        return not self.section(pfn)[0] & EARLY and all(
            x.pgmap == r.pgmap for x in self.t.runs if x.start < start + size and x.end > start)

    def reserve_bytes(self, r, pfn):
        # A memmap on the medium shows the medium's pattern; a section that was there at boot keeps the
        # memmap it has.
        if r.bytes != "unreadable" and self.on_medium(r, pfn):
            self.want(r, r.bytes.startswith("fill:"), "reserve whose memmap is on the medium")

    def ordinary(self, r, pfn):
        """A memmap, and no live pgmap."""
        flags, _ = self.section(pfn)
        if any(a <= pfn < b for a, b in self.s.orphans):
            # __add_pages() does not take back what it added before it failed. What the medium held
            # shows that their struct pages are stored there.
            self.want(r, not flags & (EARLY | ONLINE) and r.bytes == "fill:5a", "orphan of a failed mapping")
            return "unknown", "unknown memmap=altmap", "added by a memremap_pages() that failed: nobody's, never initialised"
        if any(a <= pfn < b for a, b, _ in self.s.compound):
            raise Contradiction(f"pfn {pfn}: the device with compound pages is not there")
        state = self.s.block_state(pfn)
        if state not in (None, "online"):
            # sysfs decides: the block is not online, whatever its struct pages hold
            return "offline", "no", f"memory block {state}"
        if flags & EARLY and not self.subsection_bit(pfn):
            # pfn_valid() says yes for all of an early section. Before 5.12 pfn_to_online_page()
            # says so too, so the sub-section map is asked first.
            return self.early_gap(r, pfn)
        self.want(r, r.online, "neither online, nor offline, nor a device")
        return "online", "yes", "pfn_to_online_page() gives a page"

    def early_gap(self, r, pfn):
        if self.s.is_ram(pfn):
            raise Contradiction(f"pfn {pfn}: System RAM in a sub-section that is not there")
        if r.zone == ZONE_DEVICE:
            return "stale", "no", "zone_device struct page, no live pgmap: a device was here"
        if r.bytes == "zero":
            return "boothole", "no", "gap in a boot section, its struct pages never written"
        return "boothole", "yes", "gap in a boot section, struct pages initialised at boot"

    def pending(self, r, pfn):
        """memremap_pages() was stopped by our module before it was done with this range."""
        # In a section of the boot there is a memmap anyway: what counts is its sub-section
        if not r.valid or not self.subsection_bit(pfn):
            return "pending", "no", "memremap_pages() stopped before this had a memmap"
        for base, reserve_end, altmap_end in self.s.altmaps:
            if base <= pfn < reserve_end:
                return "reserved", "no", "the driver's reserve, whatever else is going on"
            # move_pfn_range_to_zone() writes the altmap's own struct pages, before the device's
            if reserve_end <= pfn < altmap_end and r.bytes == "selflist" and r.zone == ZONE_DEVICE:
                if self.s.kdump and self.on_medium(r, pfn):
                    return ("unknown", "unknown",
                            "only these struct pages could tell, and a kdump lacks the device")
                return "altmap", "yes", "the altmap's own struct pages are written already"
        return "pending", "no", "memremap_pages() stopped before nr_range counted this range"

    def dying(self, r):
        """memunmap_pages() was stopped by our module: the ref is dead, the rest goes in steps."""
        if not r.present:
            return "absent", "no", "dying device, section gone"
        if not r.valid:
            return "hole", "no", "dying device, sub-section gone"
        for base, reserve_end, altmap_end in self.s.altmaps:
            if base <= r.start < reserve_end:
                return "reserved", "no", "the reserve of a dying device"
            if reserve_end <= r.start < altmap_end:
                return "altmap", "yes", "dying device, its sub-section is still there"
        self.want(r, r.zone == ZONE_DEVICE and (r.word1 or r.bytes == "tail"), "dying device")
        return "device", "yes", "dying device, its sub-section is still there"

    @staticmethod
    def want(r, truth, what):
        if not truth:
            raise Contradiction(f"{what}: {r}")


def pieces(t, cuts):
    """The testimony's runs, cut where another witness's answer changes."""
    expected, size = 0, SUBSECTION_BYTES // t.numbers["page_size"]
    for r in t.runs:
        if r.start != expected or r.end <= r.start:
            raise Contradiction(f"the runs have a gap at pfn {expected}")
        expected = r.end
        sub = range(-(-r.start // size) * size, r.end, size) \
            if r.present else ()
        at = sorted({r.start, *(c for c in cuts if r.start < c < r.end), *sub})
        for a, b in zip(at, at[1:] + [r.end]):
            yield r._replace(start=a, end=b), a, b
    if expected != t.numbers["end_pfn"]:
        raise Contradiction("the runs do not reach end_pfn")


def merged(rows):
    """Equal neighbours of [start, end, what...] made one."""
    out = []
    for start, end, *what in rows:
        if out and out[-1][2:] == what:
            out[-1][1] = end
        else:
            out.append([start, end, *what])
    return out


def ranges(t, state, raw_tails):
    """[start, end, class, valid, why]"""
    rules = Rules(t, state, raw_tails)
    cuts = state.cuts() | {pfn for row in raw_tails for pfn in row}
    return merged([start, end, *rules.verdict(r, start)]
                  for r, start, end in pieces(t, cuts))


def never(t, raw_tails):
    """[start, end] of struct pages that nobody wrote, by their bytes alone: no verdict may call
    them valid, whatever else speaks for it. An initialised page has a mapcount of -1, so zero is
    none; and one of a live device is of ZONE_DEVICE."""
    rows = [[r.start, r.end] for r in t.runs if r.present and r.valid and
            (r.bytes == "zero" or r.bytes.startswith("fill:") or
             (r.pgmap and r.zone is not None and r.zone != ZONE_DEVICE))]
    out = []
    for a, b in sorted(rows + [list(row) for row in raw_tails]):
        if out and a <= out[-1][1]:
            out[-1][1] = max(b, out[-1][1])
        else:
            out.append([a, b])
    return out


def write(path, lines):
    with open(path + ".tmp", "w", encoding="ascii") as f:
        f.write("".join(line + "\n" for line in lines))
    os.replace(path + ".tmp", path)


def main():
    directory = sys.argv[1]
    t = Testimony(os.path.join(directory, "testimony.txt"))
    try:
        state = State(os.path.join(directory, "state.txt"), t.numbers["page_size"])
        raw_tails = memsave.raw_tails(t, directory, state.compound, state.machine)
        rows = ranges(t, state, raw_tails)
        found = memsave.disagreements(t, directory)
        if found:
            raise Contradiction("; ".join(found[:5]))
    except Contradiction as e:
        print(f"expect: error: {directory}: {e}", file=sys.stderr)
        return 1
    write(os.path.join(directory, "never.txt"), [f"{a} {b}" for a, b in never(t, raw_tails)])
    write(os.path.join(directory, "expected.txt"), [f"{a} {b} {c} {v}" for a, b, c, v in merged(r[:4] for r in rows)])
    write(os.path.join(directory, "expected-why.txt"),
          [f"{a} {b} {c} {v} # {w}" for a, b, c, v, w in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads testimony.txt and state.txt of a lab run."""
import collections

Run = collections.namedtuple("Run", "start end present valid online pgmap zone node bytes word1")


class Testimony:
    """numbers: the head's lines; sections: NR -> (raw map, bitmap or None); runs: [Run]"""

    def __init__(self, path):
        self.numbers, self.sections, self.runs, self.release = {}, {}, [], ""
        with open(path, encoding="ascii") as f:
            first = f.readline().split()
            if first != ["zdm-testimony", "1"]:
                raise ValueError(f"{path}: not a testimony")
            for line in f:
                self._line(line.split())

    def _line(self, w):
        if not w or w[0].startswith("#"):
            return
        if w[0] == "section":
            words = [int(x, 16) for x in w[3:] if x != "-"]
            bitmap = sum(x << (64 * i) for i, x in enumerate(words)) if words else None
            self.sections[int(w[1])] = (int(w[2], 16), bitmap)
        elif w[0] == "run":
            v = dict(x.split("=", 1) for x in w[3:])
            self.runs.append(Run(int(w[1]), int(w[2]), v["present"] == "1", v["pfn_valid"] == "1",
                                 v["online"] == "1", int(v["pgmap"], 16),
                                 None if v["zone"] == "-" else int(v["zone"]),
                                 None if v["node"] == "-" else int(v["node"]),
                                 v["bytes"], int(v.get("word1", "0"), 16)))
        elif w[0] == "release":
            self.release = w[1]
        else:
            self.numbers[w[0]] = int(w[1], 0)


def state_sections(path):
    """The parts of state.txt: name -> lines; the head's lines under ''."""
    parts, name = {"": []}, ""
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f.read().splitlines():
            if line.startswith("### "):
                name = line[4:].strip()
                parts[name] = []
            else:
                parts[name].append(line)
    return parts

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a kernel image itself tells those who build a module for it without any headers.

image.py unpack VMLINUZ OUT        the ELF file that a bzImage carries
image.py vermagic VMLINUX RELEASE  the line that a module must carry to be let in
image.py functions VMLINUX SRC…    prototypes of what it exports, as far as SRC… name it
image.py versions VMLINUX OBJECT   with CONFIG_MODVERSIONS, the checksums of what OBJECT imports, in C
image.py check VMLINUX KO…         fails if a module wants what neither image nor modules export
image.py options VMLINUX           CONFIG_… options that its names give away

The payload of a bzImage still has the sections __ksymtab*, __kcrctab*, __ksymtab_strings and .BTF.
"""
import gzip
import json
import lzma
import re
import struct
import subprocess
import sys

# Linux boot protocol: magic, sectors of the real-mode part, and where behind it the payload lies
MAGIC, SETUP_SECTS, PAYLOAD_OFFSET = 0x202, 0x1F1, 0x248

# Options that scenarios.tab asks for, and a name that a kernel has only with it. The witnesses were
# held against the configurations of 6.12, 6.18, 7.2 and 7.3, which are served.
WITNESSES = {
    "CONFIG_DEVICE_PRIVATE": "make_device_exclusive",
    "CONFIG_MHP_MEMMAP_ON_MEMORY": "mhp_supports_memmap_on_memory",
    "CONFIG_SPARSEMEM_VMEMMAP_PREINIT": "SECTION_IS_VMEMMAP_PREINIT_BIT",
}


# Written in assembly: their types say nothing. The compiler knows these by itself.
BUILTIN = {"memcpy", "memmove", "memset"}


class ImageError(Exception):
    pass


def tool(command, data=None):
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode:
        raise ImageError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return done.stdout


def payload(vmlinuz):
    with open(vmlinuz, "rb") as f:
        d = f.read()
    if d[MAGIC:MAGIC + 4] != b"HdrS":
        raise ImageError("not a bzImage")
    at, size = struct.unpack_from("<II", d, PAYLOAD_OFFSET)
    at += (d[SETUP_SECTS] + 1) * 512
    packed = d[at:at + size - 4]  # the last four bytes are the size when unpacked
    for magic, unpack in ((b"\x28\xb5\x2f\xfd", lambda p: tool(["zstd", "-dcq"], p)),
                          (b"\x02\x21\x4c\x18", lambda p: tool(["lz4", "-dcq"], p)),
                          (b"\xfd7zXZ", lzma.decompress),
                          (b"\x1f\x8b", gzip.decompress)):
        if packed.startswith(magic):
            return unpack(packed)
    raise ImageError(f"payload packed in an unknown way: {packed[:6].hex()}")


class Elf:
    """Sections of a little-endian ELF64 file, by name."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.bytes = f.read()
        if self.bytes[:6] != b"\x7fELF\x02\x01":
            raise ImageError(f"{path}: not a 64-bit little-endian ELF file")
        table, = struct.unpack_from("<Q", self.bytes, 40)
        each, count, names = struct.unpack_from("<HHH", self.bytes, 58)
        rows = [struct.unpack_from("<IIQQQQIIQQ", self.bytes, table + i * each)
                for i in range(count)]
        self.sections = {self.text(rows[names][4] + r[0]): r for r in rows}

    def text(self, offset):
        return self.bytes[offset:self.bytes.index(b"\0", offset)].decode()

    def section(self, name):
        """(address, contents), or an empty one"""
        row = self.sections.get(name)
        return (row[3], self.bytes[row[4]:row[4] + row[5]]) if row else (0, b"")

    def exports(self):
        """{name: (namespace, checksum or None)}. A row of __ksymtab is three offsets, each relative
        to itself; __kcrctab has a number for each row, if there is such a table."""
        out = {}
        base, strings = self.section("__ksymtab_strings")

        def string(kaddr):
            at = kaddr - base
            return strings[at:strings.index(b"\0", at)].decode()

        for group in ("", "_gpl"):
            start, table = self.section("__ksymtab" + group)
            sums = [n for n, in struct.iter_unpack("<I", self.section("__kcrctab" + group)[1])]
            if sums and len(sums) * 12 != len(table):
                raise ImageError("__kcrctab is not as long as __ksymtab")
            for i, (_, name, space) in enumerate(struct.iter_unpack("<iii", table)):
                at = start + i * 12
                out[string(at + 4 + name)] = (string(at + 8 + space) if space else "",
                                              sums[i] if sums else None)
        return out

    def symbols(self):
        """(name, is it undefined, is it weak) of each global symbol of an object file"""
        _, table = self.section(".symtab")
        strings = self.sections[".strtab"][4]
        for at in range(0, len(table), 24):
            name, info, _, index = struct.unpack_from("<IBBH", table, at)
            if info >> 4:
                yield self.text(strings + name), index == 0, info >> 4 == 2


class Types:
    """The BTF of an image, as far as prototypes need it."""

    def __init__(self, path):
        types = json.loads(tool(["bpftool", "-j", "btf", "dump", "file", path]))["types"]
        self.by_id = {t["id"]: t for t in types}
        self.functions = {t["name"]: t for t in types if t["kind"] == "FUNC"}
        self.names = set(self.functions)
        for t in types:
            if t["kind"] == "ENUM":
                self.names.update(v["name"] for v in t["values"])

    def spell(self, i):
        """The C name of type i; pointers to functions and arrays are as good as void *"""
        t = self.by_id.get(i)
        if t is None:
            return "void"
        kind = t["kind"]
        if kind == "PTR":
            inner = self.spell(t["type_id"])
            return "__builtin_va_list" if inner == "struct __va_list_tag" else inner + " *"
        if kind == "CONST":
            inner = self.spell(t["type_id"])
            return inner if inner.startswith("const ") else "const " + inner
        if kind in ("STRUCT", "UNION", "ENUM", "FWD"):
            word = t.get("fwd_kind", kind).lower()
            return f"{word} {t['name']}"
        if kind in ("VOLATILE", "RESTRICT", "TYPE_TAG"):
            return self.spell(t["type_id"])
        return "void" if kind in ("FUNC_PROTO", "ARRAY") else t["name"]

    def prototype(self, name):
        p = self.by_id[self.functions[name]["type_id"]]
        params = ["..." if not q["type_id"] else self.spell(q["type_id"]) for q in p["params"]]
        return f"extern {self.spell(p['ret_type_id'])} {name}({', '.join(params) or 'void'});"


def words_of(paths):
    out = set()
    for path in paths:
        with open(path, encoding="utf-8") as f:
            out.update(re.findall(r"\w+", f.read()))
    return out


def unpack(vmlinuz, out):
    with open(out, "wb") as f:
        f.write(payload(vmlinuz))


def vermagic(vmlinux, release):
    with open(vmlinux, "rb") as f:
        found = re.search(re.escape(release.encode()) + rb" SMP [a-z_ ]*\0", f.read())
    if not found:
        raise ImageError(f"no vermagic of {release}")
    print(found[0][:-1].decode())


def functions(vmlinux, *sources):
    exported, types = Elf(vmlinux).exports(), Types(vmlinux)
    for name in sorted(words_of(sources) & set(exported) & set(types.functions) - BUILTIN):
        print(types.prototype(name))


def versions(vmlinux, path):
    exported = Elf(vmlinux).exports()
    wanted = {name for name, undefined, _ in Elf(path).symbols() if undefined}
    # module_layout is nobody's import: it vouches for struct module
    rows = [(exported[name][1], name) for name in sorted(wanted | {"module_layout"})
            if name in exported and exported[name][1] is not None]
    if rows:
        print("static const struct modversion_info zdm_versions[]\n"
              "__attribute__((section(\"__versions\"), used)) = {")
        for crc, name in rows:
            print(f'\t{{ {crc:#010x}, "{name}" }},')
        print("};")


def check(vmlinux, *modules):
    exported = Elf(vmlinux).exports()
    elves = {path: list(Elf(path).symbols()) for path in modules}
    ours = {name for s in elves.values() for name, undefined, _ in s if not undefined}
    wrong = [f"{path}: {name} is " + (f"in namespace {exported[name][0]}" if name in exported
                                      else "not exported")
             for path, symbols in elves.items() for name, undefined, weak in symbols
             if undefined and not weak and name not in ours and exported.get(name, "?")[0]]
    if wrong:
        raise ImageError("\n".join(wrong))


def options(vmlinux):
    names = Types(vmlinux).names
    for option, witness in WITNESSES.items():
        if witness in names:
            print(f"{option}=y")


def main():
    commands = {f.__name__: f for f in (unpack, vermagic, functions, versions, check, options)}
    try:
        commands[sys.argv[1]](*sys.argv[2:])
    except (ImageError, OSError) as e:
        print(f"image: error: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

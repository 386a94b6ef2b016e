# SPDX-License-Identifier: LGPL-2.1-or-later
"""What GDB knows of the kernel's vmlinux: addresses, types, enumerators, the build-id."""
import re

import gdb

from zdm_gdb import abi

# In every kernel that has page tables of its own: the first that is found names the vmlinux.
WITNESSES = ("init_top_pgt", "swapper_pg_dir", "init_level4_pgt")
U64 = (1 << 64) - 1


def _address(name):
    """Link or load address of a symbol, as GDB has it; None: no such symbol."""
    if not re.fullmatch(r"[A-Za-z_][\w.$]*", name):
        return None
    for look_up in (gdb.lookup_global_symbol, gdb.lookup_static_symbol):
        try:
            symbol = look_up(name)
            if symbol and not symbol.is_constant:
                address = symbol.value().address
                if address is not None:
                    return int(address) & U64
        except gdb.error:
            pass  # optimised out, or in need of a frame: not one that can be read
    try:  # the ELF symbol table, for what has no debug information
        return int(gdb.parse_and_eval(f"&'{name}'")) & U64
    except gdb.error:
        return None


def _type(name):
    """A complete type of that name; the kernel writes struct, union or a typedef."""
    # GDB 13 looks for a struct through every unit that has a typedef of that name: 18 s.
    plain = [name] if name.endswith("_t") else []
    for form in plain + [f"struct {name}", f"union {name}"]:
        try:
            found = gdb.lookup_type(form).strip_typedefs()
        except gdb.error:
            continue
        if found.sizeof and not (_aggregate(found) and not found.fields()):
            return found
    return None


def _aggregate(found):
    return found.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)


def _member(aggregate, name, base=0):
    """(offset, size) in bytes, looked for in anonymous structs and unions, too."""
    for field in aggregate.fields():
        if not hasattr(field, "bitpos"):
            continue  # static
        off = base + field.bitpos // 8
        if field.name == name:
            return None if field.bitsize else (off, field.type.sizeof)
        inner = field.type.strip_typedefs()
        if not field.name and _aggregate(inner):
            found = _member(inner, name, off)
            if found:
                return found
    return None


class Vmlinux:
    """The vmlinux loaded into GDB, if one is. delta: what KASLR added and GDB was not told of."""

    def __init__(self):
        self.delta = 0
        self.objfile = None
        self.anchor = None
        for name in WITNESSES:
            self.anchor = _address(name)
            if self.anchor is not None:
                self.objfile = self._owner(name)
                break

    @staticmethod
    def _owner(name):
        for objfile in gdb.objfiles():
            if objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name):
                return objfile
        return gdb.objfiles()[0] if gdb.objfiles() else None

    def __bool__(self):
        return self.anchor is not None

    @property
    def filename(self):
        return self.objfile.filename if self.objfile else None

    @property
    def build_id(self):
        return self.objfile.build_id if self.objfile else None

    def identity(self):
        """Changes when another vmlinux is loaded, or the same at another address."""
        return (self.filename, self.build_id, self.anchor)

    def symbol(self, name):
        address = _address(name) if self else None
        return None if address is None else (address + self.delta) & U64

    def require(self, name):
        address = self.symbol(name)
        if address is None:
            raise abi.ZdmError(f"the vmlinux {self.filename} has no symbol {name}")
        return address

    def check_same(self, vmcoreinfo):
        """Take the KASLR offset from VMCOREINFO; raise if it is that of another kernel."""
        if not self or not vmcoreinfo:
            return
        release = vmcoreinfo.get("OSRELEASE", "of unknown release")
        theirs = vmcoreinfo.get("BUILD-ID")
        if theirs and self.build_id:
            if theirs != self.build_id:
                raise abi.ZdmError(
                    f"wrong vmlinux: {self.filename} has build-id {self.build_id}, the kernel in "
                    f"the target is {release} with build-id {theirs}")
        self._relocate(vmcoreinfo, release)

    def _relocate(self, vmcoreinfo, release):
        deltas = set()
        for key, text in vmcoreinfo.items():
            name = re.fullmatch(r"SYMBOL\((_stext|init_uts_ns|swapper_pg_dir)\)", key)
            mine = _address(name[1]) if name else None
            if mine is not None and re.fullmatch(r"[0-9a-f]{1,16}", text):
                deltas.add((int(text, 16) - mine) & U64)
        if len(deltas) > 1:
            raise abi.ZdmError(f"wrong vmlinux: {self.filename} does not have its symbols where "
                               f"the kernel in the target ({release}) has them")
        if deltas:
            self.delta = deltas.pop()

    # The four callbacks of struct zdm_reader_ops.

    def symbol_fn(self, _priv, name, out):
        return abi.store(out, self.symbol(name.decode()))

    def size_fn(self, _priv, name, out):
        found = _type(name.decode())
        return abi.store(out, found.sizeof if found else None)

    def member_fn(self, _priv, name, member, out):
        aggregate = _type(name.decode())
        if not aggregate or not _aggregate(aggregate):
            return abi.ABSENT
        found = _member(aggregate, member.decode())
        return abi.store(out, abi.Member(*found) if found else None)

    def enumerator_fn(self, _priv, name, out):
        try:
            symbol = gdb.lookup_static_symbol(name.decode())
            if not symbol or not symbol.is_constant:
                return abi.ABSENT
            return abi.store(out, int(symbol.value()))
        except gdb.error:
            return abi.ABSENT

    def fill(self, ops, wrap):
        """Put the callbacks into ops; wrap() makes each safe to be called from C."""
        if not self:
            return
        ops.symbol_fn = abi.U64_FN(wrap(self.symbol_fn))
        ops.size_fn = abi.U64_FN(wrap(self.size_fn))
        ops.member_fn = abi.MEMBER_FN(wrap(self.member_fn))
        ops.enumerator_fn = abi.S64_FN(wrap(self.enumerator_fn))
        ops.complete_symbols = True
        ops.complete_types = _type("page") is not None  # else it has no debug information


def parse_vmcoreinfo(text):
    """KEY=value lines as a dictionary."""
    lines = (line.partition("=") for line in text.decode(errors="replace").splitlines())
    return {key: value for key, equals, value in lines if equals}

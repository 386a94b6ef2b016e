# SPDX-License-Identifier: LGPL-2.1-or-later
"""A dump in a file, read the way the command line reads it: libzdm-dumpfile.so is its reader
(tools/zdm), made into a shared object. GDB itself can read little of a vmcore: no PT_LOAD covers
the memmap, and those of a hypervisor have no kernel addresses at all."""
import contextlib
import ctypes as c

from zdm_gdb import abi, symbols

_FUNCTIONS = {
    "zdm_dumpfile_open": (c.c_void_p, [c.c_char_p, c.c_char_p, c.c_size_t]),
    "zdm_dumpfile_close": (None, [c.c_void_p]),
    "zdm_dumpfile_ops": (c.POINTER(abi.ReaderOps), [c.c_void_p]),
    "zdm_dumpfile_layout": (c.c_void_p, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "zdm_dumpfile_layout_close": (None, [c.c_void_p]),
    "zdm_dumpfile_live": (c.c_bool, [c.c_void_p]),
    "zdm_dumpfile_damage": (c.c_char_p, [c.c_void_p]),
}


class DumpFile:
    def __init__(self, path):
        self.path = path
        self.priv = None
        self.layout = None
        self.lib = abi.load_library("libzdm-dumpfile.so", _FUNCTIONS)
        err = c.create_string_buffer(512)
        self.priv = self.lib.zdm_dumpfile_open(path.encode(), err, len(err))
        if self.priv:
            self.layout = self.lib.zdm_dumpfile_layout(self.priv, err, len(err))
        if not self.priv or err.value:
            self.close()
            raise abi.ZdmError(f"{path}: {err.value.decode(errors='replace')}")
        self.changes_by_itself = self.lib.zdm_dumpfile_live(self.priv)

    def layouts(self):
        """What a capsule brings along of symbols and types."""
        return [self.layout] if self.layout else []

    def close(self):
        if self.layout:
            self.lib.zdm_dumpfile_layout_close(self.layout)
        if self.priv:
            self.lib.zdm_dumpfile_close(self.priv)
        self.priv = self.layout = None

    def vmcoreinfo(self):
        """The note's lines, {} if the dump has none."""
        ops = self.lib.zdm_dumpfile_ops(self.priv).contents
        text, length = c.c_void_p(), c.c_size_t()
        if not ops.vmcoreinfo_fn or \
                ops.vmcoreinfo_fn(self.priv, c.byref(text), c.byref(length)) != abi.OK:
            return {}
        return symbols.parse_vmcoreinfo(c.string_at(text, length.value))

    def prepare(self, vmlinux):
        vmlinux.check_same(self.vmcoreinfo())

    def ops(self, _wrap):
        ops = abi.ReaderOps()
        c.memmove(c.byref(ops), self.lib.zdm_dumpfile_ops(self.priv), c.sizeof(ops))
        return ops

    def reading(self):
        return contextlib.nullcontext()

    def damage(self):
        text = self.lib.zdm_dumpfile_damage(self.priv)
        return text.decode(errors="replace") if text else None

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the registers of an oops come from in GDB."""
import ctypes as c
import struct

import gdb

from zdm_gdb import abi

REG_STACK, REG_FAULT = 1, 2  # enum zdm_reg
KERNEL_HALF = 1 << 63
STACK_BYTES = 16384  # THREAD_SIZE without KASAN and with small pages; stacks are aligned to it
MAX_TEXT = 16 << 20

# Names of where words come from; the library keeps pointers to them.
NOTES, STACK, TEXT = b"registers", b"stack", b"text"


class Oops:
    """What is known of oopses, for the library to report on."""

    def __init__(self, s):
        self._lib = s.lib
        self.handle = c.c_void_p()
        _check(s.lib.zdm_oops_new(c.byref(self.handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lib.zdm_oops_free(self.handle)

    def add_words(self, origin, words):
        """Words that belong together, as pairs of name and value."""
        if words:
            _check(self._lib.zdm_oops_begin(self.handle, origin, -1))
        for name, value in words:
            _check(self._lib.zdm_oops_add_word(self.handle, name.encode(), value & (1 << 64) - 1))

    def add_text(self, text):
        """False: nothing of an oops is in it."""
        status = self._lib.zdm_oops_add_text(self.handle, TEXT, text, len(text))
        if status == abi.ABSENT:
            return False
        _check(status)
        return True

    def report(self, s):
        """Print it; a report that cannot be complete is an error."""
        machine = self._lib.zdm_oops_foreign(self.handle, s.handle)
        if machine:
            raise abi.ZdmError(f"registers of {machine.decode()}: not of this dump")
        _check(s.report(lambda *args: s.lib.zdm_oops_report(*args, None), s.handle, s.model(),
                        self.handle))


def _check(status):
    if status == abi.NOMEM:
        raise abi.ZdmError("out of memory")


def _pt_regs(s):
    """Names of struct pt_regs, lowest address first; "" is no register of interest."""
    names, found = s.lib.zdm_machine_pt_regs(s.kernel.contents.machine), []
    while names and names[len(found)] is not None:
        found.append(names[len(found)].decode())
    return found


def _frame_registers(s):
    frame = gdb.selected_frame()
    fault = s.lib.zdm_machine_register(s.kernel.contents.machine, REG_FAULT)
    words = []
    for name in _pt_regs(s) + [fault.decode() if fault else ""]:
        try:
            if name:
                words.append((name, int(frame.read_register(name.lower()).cast(
                    gdb.lookup_type("unsigned long")))))
        except (ValueError, gdb.error):
            pass  # the target has no such register, or it is not saved
    return words


def _stack_registers(s, sp):
    """The register sets of every exception taken in kernel mode that is still on the stack."""
    end = (sp | STACK_BYTES - 1) + 1
    data = b""
    while sp + len(data) < end:  # a page at a time: what the dump lacks ends it
        kaddr = sp + len(data)
        part = s.read(kaddr, min(end - kaddr, 4096 - kaddr % 4096))
        if isinstance(part, int):
            break
        data += part
    stack = struct.unpack(f"<{len(data) // 8}Q", data[:len(data) // 8 * 8])
    names, machine, sets = _pt_regs(s), s.kernel.contents.machine, []
    for i in range(len(stack) - len(names) + 1 if names else 0):
        regs = stack[i:i + len(names)]
        if s.lib.zdm_machine_regs_of_kernel(machine, (c.c_uint64 * len(regs))(*regs)):
            sets.append([(name, v) for name, v in zip(names, regs) if name])
    return sets


def from_target(s, oops):
    """The selected frame's registers, and those that exceptions left on its stack."""
    try:
        words = _frame_registers(s) if s.of_target else []
    except gdb.error:
        words = []
    if not words:
        raise abi.ZdmError("no registers: the dump is not GDB's target, or that has no thread; "
                           "give the text of the oops in a file: zdm oops FILE")
    oops.add_words(NOTES, words)
    stack = s.lib.zdm_machine_register(s.kernel.contents.machine, REG_STACK)
    stack = stack.decode() if stack else ""
    sp = next((value for name, value in words if name == stack), 0) & (1 << 64) - 1
    if sp >= KERNEL_HALF:
        for regs in _stack_registers(s, sp & ~7):
            oops.add_words(STACK, regs)


def from_file(path, oops):
    try:
        with open(path, "rb") as f:
            text = f.read(MAX_TEXT)
    except OSError as e:
        raise abi.ZdmError(f"{path}: {e.strerror}") from None
    if not oops.add_text(text):
        raise abi.ZdmError(f"{path}: no registers of an oops in it")

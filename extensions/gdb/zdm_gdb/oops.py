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


def _word(name, value):
    return abi.OopsWord(name.encode(), value & (1 << 64) - 1)


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
            words += [_word(name, int(frame.read_register(name.lower()).cast(
                gdb.lookup_type("unsigned long"))))] if name else []
        except (ValueError, gdb.error):
            pass  # the target has no such register, or it is not saved
    return words


def _stack_registers(s, sp):
    """The registers of every exception taken in kernel mode that is still on the stack."""
    end = (sp | STACK_BYTES - 1) + 1
    data = b""
    while sp + len(data) < end:  # a page at a time: what the dump lacks ends it
        kaddr = sp + len(data)
        part = s.read(kaddr, min(end - kaddr, 4096 - kaddr % 4096))
        if isinstance(part, int):
            break
        data += part
    stack = struct.unpack(f"<{len(data) // 8}Q", data[:len(data) // 8 * 8])
    names, machine, words = _pt_regs(s), s.kernel.contents.machine, []
    for i in range(len(stack) - len(names) + 1 if names else 0):
        regs = stack[i:i + len(names)]
        if s.lib.zdm_machine_regs_of_kernel(machine, (c.c_uint64 * len(regs))(*regs)):
            words += [_word(name, v) for name, v in zip(names, regs) if name]
    return words


def from_target(s):
    """The selected frame's registers, and those that exceptions left on its stack."""
    try:
        words = _frame_registers(s) if s.of_target else []
    except gdb.error:
        words = []
    if not words:
        raise abi.ZdmError("no registers: the dump is not GDB's target, or that has no thread; "
                           "give the text of the oops in a file: zdm oops FILE")
    stack = s.lib.zdm_machine_register(s.kernel.contents.machine, REG_STACK)
    sp = next((w.value for w in words if w.name == stack), 0)
    if sp >= KERNEL_HALF:
        words += _stack_registers(s, sp & ~7)
    return list({(w.name, w.value): w for w in words}.values())


def from_file(s, path):
    try:
        with open(path, "rb") as f:
            text = f.read(MAX_TEXT)
    except OSError as e:
        raise abi.ZdmError(f"{path}: {e.strerror}") from None
    found, nr = c.POINTER(abi.OopsWord)(), c.c_size_t()
    if s.lib.zdm_oops_parse(text, len(text), c.byref(found), c.byref(nr)) != abi.OK:
        raise abi.ZdmError(f"{path}: no registers of an oops in it")
    words = [abi.OopsWord(w.name, w.value) for w in found[:nr.value]]
    c.CDLL(None).free(found)
    return words

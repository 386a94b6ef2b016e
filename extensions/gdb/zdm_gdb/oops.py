# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the registers of an oops come from in GDB."""
import ctypes as c
import struct

import gdb

from zdm_gdb import abi

REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "rip", "r8", "r9", "r10",
             "r11", "r12", "r13", "r14", "r15", "cr2")
# struct pt_regs of x86_64, from its lowest address; "" is no register of interest.
PT_REGS = ("R15", "R14", "R13", "R12", "RBP", "RBX", "R11", "R10", "R9", "R8", "RAX", "RCX", "RDX",
           "RSI", "RDI", "", "RIP", "", "", "RSP", "")
RIP, CS, SS, RSP = 16, 17, 20, 19
KERNEL_CS, KERNEL_SS = 0x10, 0x18
KERNEL_HALF = 1 << 63
STACK_BYTES = 16384  # THREAD_SIZE of x86_64 without KASAN; stacks are aligned to it
MAX_TEXT = 16 << 20


def _word(name, value):
    return abi.OopsWord(name.encode(), value & (1 << 64) - 1)


def _frame_registers():
    frame = gdb.selected_frame()
    words = []
    for name in REGISTERS:
        try:
            words.append(_word(name.upper(), int(frame.read_register(name).cast(
                gdb.lookup_type("unsigned long")))))
        except (ValueError, gdb.error):
            pass  # the target has no such register, or it is not saved
    return words


def _is_exception(regs):
    return regs[CS] == KERNEL_CS and regs[SS] == KERNEL_SS and \
        regs[RIP] >= KERNEL_HALF and regs[RSP] >= KERNEL_HALF


def _stack_registers(s, rsp):
    """The registers of every exception taken in kernel mode that is still on the stack."""
    end = (rsp | STACK_BYTES - 1) + 1
    data = b""
    while rsp + len(data) < end:  # a page at a time: what the dump lacks ends it
        kaddr = rsp + len(data)
        part = s.read(kaddr, min(end - kaddr, 4096 - kaddr % 4096))
        if isinstance(part, int):
            break
        data += part
    stack = struct.unpack(f"<{len(data) // 8}Q", data[:len(data) // 8 * 8])
    words = []
    for i in range(len(stack) - len(PT_REGS) + 1):
        regs = stack[i:i + len(PT_REGS)]
        if _is_exception(regs):
            words += [_word(name, v) for name, v in zip(PT_REGS, regs) if name]
    return words


def from_target(s):
    """The selected frame's registers, and those that exceptions left on its stack."""
    try:
        words = _frame_registers() if s.of_target else []
    except gdb.error:
        words = []
    if not words:
        raise abi.ZdmError("no registers: the dump is not GDB's target, or that has no thread; "
                           "give the text of the oops in a file: zdm oops FILE")
    rsp = next((w.value for w in words if w.name == b"RSP"), 0)
    if rsp >= KERNEL_HALF:
        words += _stack_registers(s, rsp & ~7)
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

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest behind a gdbstub. QEMU's stub can be asked for physical memory, which needs no state of
the stopped CPU; any other is read by kernel addresses, through whatever that CPU has mapped."""
import contextlib
import ctypes as c
import struct

import gdb

from zdm_gdb import abi, symbols

# Where x86_64 maps its interrupt table, whatever KASLR does: CPU_ENTRY_AREA_RO_IDT, arch/x86/
# include/asm/cpu_entry_area.h, v4.14 to v7.3.
IDT_KADDR = 0xfffffe0000000000
# The handler of its first entry; renamed by Linux kernel commit 9d06c4027f21 (v5.8).
FIRST_HANDLERS = ("asm_exc_divide_error", "divide_error")
BANNER = b"Linux version "
KERNEL_ALIGN = 1 << 21
MAX_VMCOREINFO = 1 << 20
PAGE = 4096
PADDR_MASK = 0x000ffffffffff000
MAX_PADDR = 1 << 52
CR4_LA57 = 1 << 12

MACHINES = {"i386:x86-64": "x86_64", "aarch64": "aarch64", "powerpc:common64": "ppc64le",
            "riscv:rv64": "riscv64", "s390:64-bit": "s390x"}


class Guest:
    changes_by_itself = False  # it stands still between two commands

    def __init__(self, connection):
        self.connection = connection
        self.machine = MACHINES.get(gdb.selected_inferior().architecture().name(),
                                    gdb.selected_inferior().architecture().name())
        self.text = None
        self.in_physical = False
        self.physical = self._packet("qqemu.PhyMemMode") in (b"0", b"1")

    def _packet(self, text):
        try:
            return self.connection.send_packet(text)
        except gdb.error:
            return b""
        except RuntimeError:  # GDB's word for a connection that has ended
            raise abi.ZdmError("the connection to the guest is gone") from None

    def close(self):
        pass

    def damage(self):
        return None

    def layouts(self):
        return []

    @contextlib.contextmanager
    def reading(self):
        """While inside, QEMU takes addresses for physical ones. Never left that way."""
        if not self.physical or self.in_physical:
            yield
            return
        before = self._packet("qqemu.PhyMemMode")
        self.in_physical = True
        try:
            if self._packet("Qqemu.PhyMemMode:1") != b"OK":
                raise abi.ZdmError("QEMU refuses to give access to physical memory")
            yield
        finally:
            self.in_physical = False
            self._packet("Qqemu.PhyMemMode:" + before.decode(errors="replace"))

    # ---- memory ----

    @staticmethod
    def _memory(address, length):
        """Bytes, or None. What address means depends on reading()."""
        try:
            return bytes(gdb.selected_inferior().read_memory(address, length))
        except gdb.error:  # MemoryError is one
            return None

    def _walk(self, kaddr):
        """Physical address through the page tables of the stopped CPU; None if not mapped."""
        frame = gdb.selected_frame()
        try:
            cr3, cr4 = (int(frame.read_register(r)) for r in ("cr3", "cr4"))
        except ValueError:
            return None
        shifts = (48, 39, 30, 21, 12) if cr4 & CR4_LA57 else (39, 30, 21, 12)
        # With page table isolation the kernel's table is the even neighbour of the user's, which
        # lacks the kernel; without, a table may be odd in its own right.
        for table in {cr3 & PADDR_MASK: 0, cr3 & PADDR_MASK & ~PAGE: 0}:
            paddr = self._walk_from(table, shifts, kaddr)
            if paddr is not None:
                return paddr
        return None

    def _walk_from(self, table, shifts, kaddr):
        for shift in shifts:
            raw = self._memory(table + (kaddr >> shift & 511) * 8, 8)
            entry = struct.unpack("<Q", raw)[0] if raw else 0
            if not entry & 1:
                return None
            if shift == 12 or (shift < 39 and entry & 0x80):
                size = 1 << shift
                return (entry & PADDR_MASK & -size) | kaddr & (size - 1)
            table = entry & PADDR_MASK
        return None

    def read_kaddr(self, kaddr, length):
        """Bytes at a kernel address, or None; before the library knows its way."""
        data = self._memory(kaddr, length)
        if data is not None or not self.physical:
            return data
        data = b""
        with self.reading():  # stopped in user space, perhaps: nothing of the kernel is mapped
            while len(data) < length:
                paddr = self._walk(kaddr + len(data))
                n = min(length - len(data), PAGE - (kaddr + len(data)) % PAGE)
                part = self._memory(paddr, n) if paddr is not None else None
                if part is None:
                    return None
                data += part
        return data

    # ---- which kernel it is ----

    def _is_kernel(self, vmlinux):
        banner = vmlinux.symbol("linux_banner")
        return banner is not None and self.read_kaddr(banner, len(BANNER)) == BANNER

    def _kaslr_offset(self, vmlinux):
        """From the first gate of the interrupt table; None if there is none like it."""
        gate = self.read_kaddr(IDT_KADDR, 16)
        if not gate:
            return None
        low, _cs, _attr, middle, high, _zero = struct.unpack("<HHHHII", gate)
        handler = high << 32 | middle << 16 | low
        for name in FIRST_HANDLERS:
            linked = vmlinux.symbol(name)
            if linked is not None and handler:
                return (handler - linked) & symbols.U64
        return None

    def prepare(self, vmlinux):
        """Find the kernel that vmlinux is of; raise if it is not there."""
        if not vmlinux:
            raise abi.ZdmError("no vmlinux: load that of the guest's kernel with "
                               "`file VMLINUX`; a live guest does not tell where its kernel is")
        if not self._is_kernel(vmlinux):
            offset = self._kaslr_offset(vmlinux)
            if offset is None:
                raise abi.ZdmError("no Linux kernel is running in the target, or not yet: "
                                   "neither its banner nor its interrupt table can be read")
            vmlinux.delta = offset
            if offset % KERNEL_ALIGN or not self._is_kernel(vmlinux):
                raise abi.ZdmError(f"wrong vmlinux: the kernel in the target is not that of "
                                   f"{vmlinux.filename}")
        vmlinux.check_same(self._vmcoreinfo(vmlinux))

    def _vmcoreinfo(self, vmlinux):
        """What the kernel keeps ready for a crash dump; {} if it does not."""
        where, size = (vmlinux.symbol(n) for n in ("vmcoreinfo_data", "vmcoreinfo_size"))
        if where is None or size is None:
            return {}
        words = [self.read_kaddr(a, 8) for a in (where, size)]
        if None in words:
            return {}
        kaddr, length = (struct.unpack("<Q", w)[0] for w in words)
        if not kaddr or not 0 < length <= MAX_VMCOREINFO:
            return {}
        data = self.read_kaddr(kaddr, length)
        if not data:
            return {}
        self.text = data.split(b"\0")[0]
        return symbols.parse_vmcoreinfo(self.text)

    # ---- the callbacks of struct zdm_reader_ops ----

    def _read_fn(self, _priv, address, buf, length):
        data = self._memory(address, length)
        if data is None or len(data) != length:
            return abi.UNREADABLE
        c.memmove(buf, data, length)
        return abi.OK

    @staticmethod
    def _present_fn(_priv, paddr, present, end):
        if paddr >= MAX_PADDR:
            return abi.CORRUPT
        present[0] = True  # a live machine has what its page tables point to
        end[0] = MAX_PADDR
        return abi.OK

    def _vmcoreinfo_fn(self, _priv, text, length):
        text[0] = c.cast(c.c_char_p(self.text), c.c_void_p)
        length[0] = len(self.text)
        return abi.OK

    def ops(self, wrap):
        ops = abi.ReaderOps(size=c.sizeof(abi.ReaderOps), api=abi.READER_API,
                            machine=self.machine.encode())
        if self.physical:
            ops.read_phys_fn = abi.READ_FN(wrap(self._read_fn))
            ops.present_fn = abi.PRESENT_FN(wrap(self._present_fn))
        else:
            ops.read_kaddr_fn = abi.READ_FN(wrap(self._read_fn))
        if self.text:
            ops.vmcoreinfo_fn = abi.TEXT_FN(wrap(self._vmcoreinfo_fn))
        return ops

    priv = None

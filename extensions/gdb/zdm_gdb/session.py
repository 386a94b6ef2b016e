# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds out what to look at, and keeps the session and its model as long as they are true."""
import ctypes as c
import re

import gdb

from zdm_gdb import abi, dumpfile, live, symbols


class Session:
    """One kernel, opened: a source of bytes, GDB's vmlinux, the library's session and model."""

    def __init__(self, source, vmlinux, of_target):
        self.lib = abi.engine()
        self.of_target = of_target  # GDB's registers are this kernel's
        self.source = source
        self.vmlinux = vmlinux
        self.handle = c.c_void_p()
        self.model_handle = c.c_void_p()
        self.stale = False
        self.trouble = None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self):
        self.source.prepare(self.vmlinux)
        self.ops = self.source.ops(self._callback)
        self.vmlinux.fill(self.ops, self._callback)
        layouts = self.source.layouts()
        hint = c.c_int(abi.HINT_NONE)
        opts = abi.OpenOpts(c.sizeof(abi.OpenOpts), (c.c_void_p * len(layouts))(*layouts),
                            len(layouts), c.pointer(hint))
        with self.source.reading():
            self.call(self.lib.zdm_open, c.byref(self.ops), self.source.priv, c.byref(opts),
                      c.byref(self.handle), hint=hint)

    def close(self):
        if self.model_handle:
            self.lib.zdm_model_free(self.model_handle)
        if self.handle:
            self.lib.zdm_close(self.handle)
        self.model_handle = c.c_void_p()
        self.handle = c.c_void_p()
        self.source.close()

    def _callback(self, function):
        """For calls from C: no exception may pass through it, nor be lost."""
        def run(*args):
            try:
                return abi.UNREADABLE if self.trouble else function(*args)
            except BaseException as e:  # also Ctrl-C
                self.trouble = e
                return abi.UNREADABLE
        return run

    def call(self, function, *args, **options):
        """A function of the library with an error buffer last."""
        try:
            abi.checked(function, *args, **options)
        finally:
            self._rethrow()

    def _rethrow(self):
        trouble, self.trouble = self.trouble, None
        if trouble:
            raise trouble

    def model(self):
        if self.stale:
            # Reads no more than was read before: symbols and types stay.
            self.lib.zdm_model_free(self.model_handle)
            self.model_handle = c.c_void_p()
            self.lib.zdm_session_forget(self.handle)
            self.stale = False
        if not self.model_handle:
            with self.source.reading():
                self.call(self.lib.zdm_model_build, self.handle, c.byref(self.model_handle))
            damage = self.source.damage()
            if damage:
                gdb.write(f"zdm: warning: {damage}\n", gdb.STDERR)
            advice = abi.HINT_WORDS.get(self.lib.zdm_model_hint(self.model_handle), "")
            if advice:
                gdb.write(f"zdm: warning: symbols are missing{advice}\n", gdb.STDERR)
        return self.model_handle

    def report(self, function, *args):
        """Let the library write to GDB. args come before the sink."""
        def emit(_priv, text, length):
            gdb.write(c.string_at(text, length).decode(errors="replace"))
            return True

        def stop_at_trouble(*arguments):
            return call(*arguments) is True

        call = self._callback(emit)
        sink = abi.Sink(abi.EMIT_FN(stop_at_trouble), None)
        try:
            with self.source.reading():
                result = function(*args, c.byref(sink))
        finally:
            self._rethrow()
        if getattr(function, "restype", None) is c.c_int and result not in (abi.OK, abi.STOPPED):
            raise abi.ZdmError("the report is not whole: " +
                               self.lib.zdm_status_name(result).decode())
        return result

    def read(self, kaddr, length):
        """Bytes through the library's page walk, or a status."""
        buf = c.create_string_buffer(length)
        with self.source.reading():
            status = self.lib.zdm_session_read(self.handle, kaddr, buf, length)
        self._rethrow()
        return buf.raw if status == abi.OK else status

    @property
    def kernel(self):
        return self.lib.zdm_model_kernel(self.model())


class Manager:
    """Remembers the last session, and by what it was found."""

    def __init__(self):
        self.session = None
        self.key = None
        self.chosen = None  # the file of `zdm open`

    def close(self):
        if self.session:
            self.session.close()
        self.session = None
        self.key = None

    def guest_ran(self, *_event):
        if self.session:
            self.session.stale = True

    def current(self):
        where, make = self._target()
        vmlinux = symbols.Vmlinux()
        key = (where, vmlinux.identity())
        if self.session and key == self.key:
            self.session.stale |= self.session.source.changes_by_itself
            return self.session
        self.close()
        abi.engine()  # its absence is worth saying before anything of the target
        source = make()
        self.session = Session(source, vmlinux, not self.chosen)
        self.key = key
        return self.session

    def _target(self):
        """What is looked at, to be compared; and how to open it."""
        if self.chosen:
            return ("file", self.chosen), lambda: dumpfile.DumpFile(self.chosen)
        connection = gdb.selected_inferior().connection
        if connection is None:
            raise abi.ZdmError("no target: open a vmcore (`core-file VMCORE`), connect to a guest "
                               "(`target remote ADDRESS`), or give a dump to `zdm open`")
        if connection.type == "core":
            path = core_file()
            return ("core", path), lambda: dumpfile.DumpFile(path)
        if not isinstance(connection, gdb.RemoteTargetConnection):
            raise abi.ZdmError(f"the target is a '{connection.type}' process, not a kernel: zdm "
                               "needs a vmcore or a guest")
        thread = gdb.selected_thread()
        if thread is None or thread.is_running():
            raise abi.ZdmError("the guest is running: interrupt it first")
        return ("guest", connection.num, connection.details), lambda: live.Guest(connection)


def core_file():
    """Name of the open core file. GDB has it in its words only, up to version 16 at least."""
    corefile = getattr(gdb.selected_inferior(), "corefile", None)
    if corefile is not None:
        return corefile.filename
    for line in gdb.execute("info target", to_string=True).splitlines():
        found = re.match(r"\s+`(.*)', file type ", line)
        if found and found[1] != gdb.current_progspace().filename:
            return found[1]
    raise abi.ZdmError("GDB does not tell the name of the core file: give it to `zdm open`")

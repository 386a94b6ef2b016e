# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands and functions that users type. Every error ends here, as one sentence."""
import functools
import os
import re

import gdb

from zdm_gdb import abi, oops, session

MAX_NR = 1 << 52
CLASSES = ("unknown", "absent", "online", "offline", "device", "hole", "pending", "reserved",
           "altmap", "boothole", "stale")

manager = session.Manager()


def one_sentence(function):
    """Errors as GDB shows its own; with `set python print-stack full`, as Python does."""
    @functools.wraps(function)
    def run(*args):
        try:
            return function(*args)
        except (gdb.GdbError, KeyboardInterrupt):
            raise
        except (abi.ZdmError, gdb.error) as e:
            raise gdb.GdbError(str(e).strip() or "the target cannot be read") from None
        except Exception as e:
            if gdb.parameter("python print-stack") == "full":
                raise
            raise gdb.GdbError(f"zdm failed: {type(e).__name__}: {e}") from None
    return run


def arguments(text, most, usage):
    argv = gdb.string_to_argv(text)
    if len(argv) > most:
        raise abi.ZdmError(f"too many arguments: {usage}")
    return argv


def number(value, what, limit):
    n = int(value)
    if not 0 <= n < limit:
        raise abi.ZdmError(f"{value} is no {what}")
    return n


def address_of_value(value):
    """A pointer to struct page as an address; None: the value is a number."""
    kind = value.type.strip_typedefs()
    if kind.code != gdb.TYPE_CODE_PTR:
        return None
    target = kind.target().strip_typedefs().unqualified()
    if target.tag not in ("page", "folio"):
        raise abi.ZdmError(f"'{kind}' is neither a page frame number nor a pointer to struct page")
    return int(value) & (1 << 64) - 1


def parse_spec(s, model, spec):
    """What the command line takes: a struct Spec. What was rounded or guessed is said."""
    found = abi.Spec()
    opts = abi.SpecOpts(abi.c.sizeof(abi.SpecOpts), False, s.lib.zdm_model_end_pfn(model))
    s.call(s.lib.zdm_pfn_spec_parse, s.kernel, abi.c.byref(opts), spec.encode(), abi.c.byref(found))
    return found


def say_spec(s, spec, found):
    """One line for a user where the library took more than was written."""
    if s.lib.zdm_pfn_spec_needs_saying(abi.c.byref(found)):
        text = abi.c.create_string_buffer(128)
        s.lib.zdm_pfn_spec_text(abi.c.byref(found), text, len(text))
        gdb.write(f"{spec}: {text.value.decode()}\n")


def spec_of_value(s, model, value):
    """A number is a PFN or an address; a pointer to struct page is that page's."""
    address = address_of_value(value)
    if address is not None:
        return parse_spec(s, model, f"page:{address:x}")
    n = int(value)
    if n < 0:
        n &= (1 << 64) - 1  # an address in a signed type, or no PFN at all
    try:
        return parse_spec(s, model, f"{n:#x}")
    except abi.ZdmError:
        raise abi.ZdmError(f"{value} is no page frame number") from None


def specs_of(s, model, argument):
    """Pairs of what was written and what it means: specs, or expressions of GDB."""
    argv = gdb.string_to_argv(argument)
    if all(re.match(r"(phys|page|virt):|[0-9]\S*$", spec) for spec in argv):
        return [(spec, parse_spec(s, model, spec)) for spec in argv]
    if len(argv) > 1:
        try:  # one expression that has blanks, as (struct page *) 0x...
            return [(argument.strip(), spec_of_value(s, model, gdb.parse_and_eval(argument)))]
        except gdb.error:
            pass
    found = []
    for spec in argv:
        if re.match(r"(phys|page|virt):|[0-9]\S*$", spec):
            found.append((spec, parse_spec(s, model, spec)))
        else:
            found.append((spec, spec_of_value(s, model, gdb.parse_and_eval(spec))))
    return found


class Zdm(gdb.Command):
    """Tell which struct pages of a kernel may be believed, and why.

The kernel is that of the vmcore opened in GDB, of the guest that GDB is connected to, or of the
dump given to `zdm open`. Load its vmlinux, with debug information, as for all else in GDB."""

    def __init__(self):
        super().__init__("zdm", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Subcommand(gdb.Command):
    """Base of the others: its subclasses' docstrings are GDB's help."""
    completer = gdb.COMPLETE_NONE

    def __init__(self):
        super().__init__("zdm " + type(self).__name__.lower(), gdb.COMMAND_DATA, self.completer)

    @one_sentence
    def invoke(self, argument, _from_tty):
        self.run(argument)


class Summary(Subcommand):
    """Show the kernel, its pgmaps, and how many page frames are of which class.
Usage: zdm summary"""

    def run(self, argument):
        arguments(argument, 0, "zdm summary")
        s = manager.current()
        model = s.model()
        s.report(s.lib.zdm_report_summary, model)
        s.report(s.lib.zdm_report_sample, s.handle, model)


class Ranges(Subcommand):
    """Show the ranges of page frames, with their class and the reason for it.
Usage: zdm ranges [CLASS]

CLASS is one of unknown, absent, online, offline, device, hole, pending, reserved, altmap,
boothole, stale."""
    completer = None

    def __init__(self):
        gdb.Command.__init__(self, "zdm ranges", gdb.COMMAND_DATA)

    def complete(self, _text, word):
        return [name for name in CLASSES if name.startswith(word or "")]

    def run(self, argument):
        argv = arguments(argument, 1, "zdm ranges [CLASS]")
        cls = abi.CLASS_ANY
        if argv:
            cls = abi.engine().zdm_class_parse(argv[0].encode())
            if cls == abi.CLASS_ANY:
                raise abi.ZdmError(f"no class is called '{argv[0]}': {', '.join(CLASSES)}")
        s = manager.current()
        s.report(s.lib.zdm_report_ranges, s.model(), cls)


class Pfn(Subcommand):
    """Show all that is known of a page frame: verdict, evidence, struct page.
Usage: zdm pfn SPEC...

SPEC is a page frame number (decimal, 0t or 0d before it, or hexadecimal with 0x), page frames
from A to before B (A-B, A..B) or N of them (A+N), phys:ADDR, page:ADDR (in a struct page),
virt:ADDR (direct map), an address in the memmap or the direct map, or an expression: a number is
one of these, a pointer to struct page means its page. Quote expressions that have spaces if there
are several. A struct page whose bytes speak against it is not decoded."""
    completer = gdb.COMPLETE_EXPRESSION

    def run(self, argument):
        if not argument.strip():
            raise abi.ZdmError("which page frame? zdm pfn SPEC...")
        s = manager.current()
        model = s.model()
        first = True
        for spec, found in specs_of(s, model, argument):
            for pfn in range(found.start_pfn, found.end_pfn):
                if not first:
                    gdb.write("\n")
                if pfn == found.start_pfn:
                    say_spec(s, spec, found)
                first = False
                s.report(s.lib.zdm_report_pfn, s.handle, model, pfn)


class Sections(Subcommand):
    """Show the memory sections that are present, or one of them.
Usage: zdm sections [NUMBER]"""
    completer = gdb.COMPLETE_EXPRESSION

    def run(self, argument):
        s = manager.current()
        nr = (1 << 64) - 1
        if argument.strip():
            nr = number(gdb.parse_and_eval(argument), "section number", MAX_NR)
        s.report(s.lib.zdm_report_sections, s.model(), nr)


class Pgmaps(Subcommand):
    """Show the dev_pagemaps: ZONE_DEVICE memory, its ranges and altmaps.
Usage: zdm pgmaps"""

    def run(self, argument):
        arguments(argument, 0, "zdm pgmaps")
        s = manager.current()
        s.report(s.lib.zdm_report_pgmaps, s.model())


class Map(Subcommand):
    """Show the memory as a map: a character a section, what is mixed opened.
Usage: zdm map [section NUMBER | pgmap NUMBER]

With an argument: one section with its sub-sections and pages, or the sections of a pgmap."""

    def run(self, argument):
        argv = arguments(argument, 2, "zdm map [section NUMBER | pgmap NUMBER]")
        everything = (1 << 64) - 1
        opts = abi.MapOpts(abi.c.sizeof(abi.MapOpts), everything, everything, None, False, None,
                           None)
        s = manager.current()
        if argv:
            if len(argv) != 2 or argv[0] not in ("section", "pgmap"):
                raise abi.ZdmError("zdm map [section NUMBER | pgmap NUMBER]")
            setattr(opts, argv[0], number(gdb.parse_and_eval(argv[1]), f"{argv[0]} number", MAX_NR))
        model = s.model()
        if argv and s.lib.zdm_map_check(model, abi.c.byref(opts)) != abi.OK:
            raise abi.ZdmError(f"there is no {argv[0]} {argv[1]}")
        s.report(s.lib.zdm_map_text, model, abi.c.byref(opts))


class Oops(Subcommand):
    """Name the struct pages in the registers of an oops, and say which may not be believed.
Usage: zdm oops [FILE]

Without FILE: the registers of the selected frame, and those of every exception frame on its
stack. With FILE: the registers in the text of an oops, as the kernel prints it."""
    completer = gdb.COMPLETE_FILENAME

    def run(self, argument):
        argv = arguments(argument, 1, "zdm oops [FILE]")
        s = manager.current()
        with oops.Oops(s) as found:
            if argv:
                oops.from_file(os.path.expanduser(argv[0]), found)
            else:
                oops.from_target(s, found)
            found.report(s)


class Open(Subcommand):
    """Look at a dump in a file instead of GDB's target.
Usage: zdm open FILE

Any format that libkdumpfile reads: ELF, kdump-compressed, flattened. Symbols and types come from
the vmlinux loaded into GDB, else from the dump itself. `zdm close` goes back to the target."""
    completer = gdb.COMPLETE_FILENAME

    def run(self, argument):
        argv = gdb.string_to_argv(argument)
        if len(argv) != 1:
            raise abi.ZdmError("zdm open takes one file name")
        before = manager.chosen
        manager.chosen = os.path.abspath(os.path.expanduser(argv[0]))
        try:
            manager.current()
        except BaseException:
            manager.chosen = before
            raise


class Close(Subcommand):
    """Forget the dump of `zdm open`, and what was read of the target.
Usage: zdm close"""

    def run(self, argument):
        arguments(argument, 0, "zdm close")
        manager.close()
        manager.chosen = None


class PfnFunction(gdb.Function):
    """Base of the functions; those take a PFN, an address, or a pointer to struct page."""

    def __init__(self):
        super().__init__(self.name)

    @one_sentence
    def invoke(self, value):
        s = manager.current()
        model = s.model()
        spec = spec_of_value(s, model, value)
        say_spec(s, value.format_string(format="x"), spec)
        judged = abi.PageJudgement()
        s.lib.zdm_page_judge(s.handle, model, spec.start_pfn, abi.c.byref(judged))
        return self.answer(s, spec.start_pfn, judged)


class ClassFunction(PfnFunction):
    """$zdm_class (PFN): the class of a page frame, as a string; see `help zdm ranges`."""
    name = "zdm_class"

    def answer(self, s, pfn, judged):
        return s.lib.zdm_class_name(judged.range.contents.cls).decode() if judged.range \
            else "absent"


class ValidFunction(PfnFunction):
    """$zdm_valid (PFN): 1 if the struct page of a page frame may be believed, 0 if not, -1 if that
is not known. The bytes of the struct page have a veto."""
    name = "zdm_valid"

    def answer(self, s, pfn, judged):
        return {abi.YES: 1, abi.NO: 0}.get(judged.valid, -1)


class PageFunction(PfnFunction):
    """$zdm_page (PFN): the struct page of a page frame, read through zdm's page walk. An error if
it may not be believed."""
    name = "zdm_page"

    def answer(self, s, pfn, judged):
        if judged.valid != abi.YES:
            raise abi.ZdmError(f"the struct page of PFN {pfn:#x} {self.why_not(s, judged)}")
        try:
            page = gdb.lookup_type("struct page")
        except gdb.error:
            raise abi.ZdmError("no type struct page: load the kernel's vmlinux with "
                               "`file VMLINUX`") from None
        kaddr = s.lib.zdm_page_kaddr(s.kernel, pfn)
        data = s.read(kaddr, page.sizeof)
        if isinstance(data, int):
            name = s.lib.zdm_status_name(data).decode()
            raise abi.ZdmError(f"the struct page of PFN {pfn:#x} at {kaddr:#x} is {name}")
        return gdb.Value(data, page)

    @staticmethod
    def why_not(s, judged):
        if not judged.range:
            return "does not exist: absent"
        found = judged.range.contents
        reason = s.lib.zdm_reason_text(found.reason).decode()
        name = s.lib.zdm_class_name(found.cls).decode()
        known = "may not be believed" if judged.valid == abi.NO else "is not known to be valid"
        if judged.found and judged.structure != abi.NO:
            text = abi.c.create_string_buffer(256)
            s.lib.zdm_judgement_text(abi.c.byref(judged), text, len(text))
            reason = text.value.decode()
        return f"{known}: {name}, {reason}"


COMMANDS = (Zdm, Summary, Ranges, Pfn, Sections, Pgmaps, Map, Oops, Open, Close)
FUNCTIONS = (ClassFunction, ValidFunction, PageFunction)


def register():
    for make in COMMANDS + FUNCTIONS:
        make()
    gdb.events.cont.connect(manager.guest_ran)
    gdb.events.memory_changed.connect(manager.guest_ran)


def unload():
    """Before these modules are loaded anew."""
    manager.close()
    gdb.events.cont.disconnect(manager.guest_ran)
    gdb.events.memory_changed.disconnect(manager.guest_ran)

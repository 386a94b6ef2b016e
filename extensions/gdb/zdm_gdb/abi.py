# SPDX-License-Identifier: LGPL-2.1-or-later
"""libzdm.so through ctypes. The structures mirror include/zdm/*.h; tests/frontends/gdb-abi.sh
compares them with what the compiler makes of those headers."""
import ctypes as c
import os

API_NUMBER = 1
READER_API = 1
SONAME = "libzdm.so.0"

(OK, ABSENT, UNREADABLE, CORRUPT, NOMEM, INVAL, UNSUPPORTED, IO, STOPPED,
 AMBIGUOUS) = range(10)
UNKNOWN, NO, YES = range(3)
CLASS_ANY = -1
NR_CLASSES = 11


class ZdmError(Exception):
    """A sentence for the user."""


HINT_NONE, HINT_KERNEL_FILE, HINT_DEBUG_INFO = range(3)
HINT_WORDS = {HINT_NONE: "", HINT_KERNEL_FILE: "; load the vmlinux (`file VMLINUX`)",
              HINT_DEBUG_INFO: "; load a vmlinux with debug information (`file VMLINUX`)"}


class Member(c.Structure):
    _fields_ = [("off_bytes", c.c_uint64), ("size_bytes", c.c_uint64)]


READ_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint64, c.c_void_p, c.c_size_t)
PRESENT_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint64, c.POINTER(c.c_bool),
                         c.POINTER(c.c_uint64))
U64_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.POINTER(c.c_uint64))
MEMBER_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.c_char_p, c.POINTER(Member))
S64_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.POINTER(c.c_int64))
TEXT_FN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(c.c_void_p), c.POINTER(c.c_size_t))
EMIT_FN = c.CFUNCTYPE(c.c_bool, c.c_void_p, c.c_void_p, c.c_size_t)


class ReaderOps(c.Structure):
    _fields_ = [("size", c.c_size_t), ("api", c.c_uint), ("machine", c.c_char_p),
                ("read_phys_fn", READ_FN), ("read_kaddr_fn", READ_FN), ("present_fn", PRESENT_FN),
                ("symbol_fn", U64_FN), ("size_fn", U64_FN), ("member_fn", MEMBER_FN),
                ("enumerator_fn", S64_FN), ("vmcoreinfo_fn", TEXT_FN),
                ("complete_symbols", c.c_bool), ("complete_types", c.c_bool)]


class OpenOpts(c.Structure):
    _fields_ = [("size", c.c_size_t), ("sources", c.POINTER(c.c_void_p)),
                ("nr_sources", c.c_size_t), ("hint", c.POINTER(c.c_int))]


class Kernel(c.Structure):
    _fields_ = [("release", c.c_char_p), ("machine", c.c_char_p), ("symbols", c.c_char_p),
                ("types", c.c_char_p), ("page_size", c.c_uint64), ("section_pages", c.c_uint64),
                ("subsection_pages", c.c_uint64), ("page_struct_bytes", c.c_uint64),
                ("vmemmap_kaddr", c.c_uint64), ("page_offset_kaddr", c.c_uint64),
                ("kaslr_offset", c.c_uint64)]


class Range(c.Structure):
    _fields_ = [("start_pfn", c.c_uint64), ("end_pfn", c.c_uint64), ("cls", c.c_int),
                ("valid", c.c_int), ("reason", c.c_int), ("memmap", c.c_int),
                ("in_dump", c.c_int), ("pgmap", c.c_int32), ("evidence_kaddr", c.c_uint64)]


class Spec(c.Structure):
    _fields_ = [("kind", c.c_int), ("start_pfn", c.c_uint64), ("end_pfn", c.c_uint64),
                ("addr", c.c_uint64), ("off_bytes", c.c_uint64), ("guessed", c.c_bool)]


class SpecOpts(c.Structure):
    _fields_ = [("size", c.c_size_t), ("hex", c.c_bool), ("end_pfn", c.c_uint64)]


class Page(c.Structure):
    _fields_ = [("kaddr", c.c_uint64), ("pfn", c.c_uint64), ("flags", c.c_uint64),
                ("zone", c.c_int), ("node", c.c_int), ("refcount", c.c_int32),
                ("mapcount", c.c_int32), ("word1", c.c_uint64), ("word2", c.c_uint64),
                ("is_tail", c.c_bool), ("head_kaddr", c.c_uint64), ("bytes", c.c_uint8 * 256),
                ("nr_bytes", c.c_uint32)]


class PageJudgement(c.Structure):
    _fields_ = [("range", c.POINTER(Range)), ("structure", c.c_int), ("bytes", c.c_int),
                ("valid", c.c_int), ("status", c.c_int), ("found", c.c_char * 128),
                ("page", Page)]


class MapOpts(c.Structure):
    _fields_ = [("size", c.c_size_t), ("section", c.c_uint64), ("pgmap", c.c_uint64),
                ("before", c.c_void_p), ("colour", c.c_bool), ("name", c.c_char_p),
                ("before_name", c.c_char_p)]


class Sink(c.Structure):
    _fields_ = [("emit_fn", EMIT_FN), ("priv", c.c_void_p)]


_FUNCTIONS = {
    "zdm_version": (c.c_char_p, []),
    "zdm_machine_register": (c.c_char_p, [c.c_char_p, c.c_int]),
    "zdm_machine_pt_regs": (c.POINTER(c.c_char_p), [c.c_char_p]),
    "zdm_machine_regs_of_kernel": (c.c_bool, [c.c_char_p, c.POINTER(c.c_uint64)]),
    "zdm_open": (c.c_int, [c.POINTER(ReaderOps), c.c_void_p, c.POINTER(OpenOpts),
                           c.POINTER(c.c_void_p), c.c_char_p, c.c_size_t]),
    "zdm_close": (None, [c.c_void_p]),
    "zdm_model_kernel": (c.POINTER(Kernel), [c.c_void_p]),
    "zdm_session_read": (c.c_int, [c.c_void_p, c.c_uint64, c.c_void_p, c.c_size_t]),
    "zdm_session_forget": (None, [c.c_void_p]),
    "zdm_model_build": (c.c_int, [c.c_void_p, c.POINTER(c.c_void_p), c.c_char_p, c.c_size_t]),
    "zdm_model_free": (None, [c.c_void_p]),
    "zdm_model_hint": (c.c_int, [c.c_void_p]),
    "zdm_range_find": (c.POINTER(Range), [c.c_void_p, c.c_uint64]),
    "zdm_reason_text": (c.c_char_p, [c.c_int]),
    "zdm_section_find": (c.c_void_p, [c.c_void_p, c.c_uint64]),
    "zdm_page_kaddr": (c.c_uint64, [c.POINTER(Kernel), c.c_uint64]),
    "zdm_class_name": (c.c_char_p, [c.c_int]),
    "zdm_class_parse": (c.c_int, [c.c_char_p]),
    "zdm_status_name": (c.c_char_p, [c.c_int]),
    "zdm_model_end_pfn": (c.c_uint64, [c.c_void_p]),
    "zdm_pfn_spec_parse": (c.c_int, [c.POINTER(Kernel), c.POINTER(SpecOpts), c.c_char_p,
                                     c.POINTER(Spec), c.c_char_p, c.c_size_t]),
    "zdm_pfn_spec_text": (c.c_size_t, [c.POINTER(Spec), c.c_char_p, c.c_size_t]),
    "zdm_pfn_spec_needs_saying": (c.c_bool, [c.POINTER(Spec)]),
    "zdm_page_judge": (c.c_int, [c.c_void_p, c.c_void_p, c.c_uint64, c.POINTER(PageJudgement)]),
    "zdm_judgement_text": (c.c_size_t, [c.POINTER(PageJudgement), c.c_char_p, c.c_size_t]),
    "zdm_report_summary": (c.c_int, [c.c_void_p, c.POINTER(Sink)]),
    "zdm_report_sample": (c.c_size_t, [c.c_void_p, c.c_void_p, c.POINTER(Sink)]),
    "zdm_report_ranges": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(Sink)]),
    "zdm_map_check": (c.c_int, [c.c_void_p, c.POINTER(MapOpts)]),
    "zdm_map_text": (c.c_int, [c.c_void_p, c.POINTER(MapOpts), c.POINTER(Sink)]),
    "zdm_report_sections": (c.c_int, [c.c_void_p, c.c_uint64, c.POINTER(Sink)]),
    "zdm_report_pgmaps": (c.c_int, [c.c_void_p, c.POINTER(Sink)]),
    "zdm_report_pfn": (c.c_int, [c.c_void_p, c.c_void_p, c.c_uint64, c.POINTER(Sink)]),
    "zdm_oops_new": (c.c_int, [c.POINTER(c.c_void_p)]),
    "zdm_oops_free": (None, [c.c_void_p]),
    "zdm_oops_add_text": (c.c_int, [c.c_void_p, c.c_char_p, c.c_char_p, c.c_size_t]),
    "zdm_oops_begin": (c.c_int, [c.c_void_p, c.c_char_p, c.c_int64]),
    "zdm_oops_add_word": (c.c_int, [c.c_void_p, c.c_char_p, c.c_uint64]),
    "zdm_oops_foreign": (c.c_char_p, [c.c_void_p, c.c_void_p]),
    "zdm_oops_report": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(Sink), c.c_void_p]),
}


def library_dirs():
    """Where our shared objects may be, best first; "" is the loader's own search."""
    if os.environ.get("ZDM_LIBDIR"):
        return [os.environ["ZDM_LIBDIR"]]
    try:
        from zdm_gdb.installed import LIBDIR  # written by `make install`
        return [LIBDIR, ""]
    except ImportError:
        tree = os.path.join(os.path.dirname(__file__), "..", "..", "..", "build")
        return [os.path.normpath(tree), ""]


def load_library(name, functions):
    """The shared object with the prototypes of its functions set."""
    why = None
    for directory in library_dirs():
        path = os.path.join(directory, name)
        if directory and not os.path.exists(path):
            why = why or f"{path} is not there"
            continue
        try:
            lib = c.CDLL(path)
            break
        except OSError as e:
            why = str(e)
    else:
        raise ZdmError(f"cannot load {name}: {why}; run make (or make install), or set "
                       "ZDM_LIBDIR to where it is")
    for function, (result, arguments) in functions.items():
        try:
            f = getattr(lib, function)
        except AttributeError:
            raise ZdmError(f"{name} has no {function}(): it is of another release than these "
                           "GDB commands") from None
        f.restype = result
        f.argtypes = arguments
    return lib


_engine = None


def engine():
    """libzdm, loaded once."""
    global _engine
    if _engine:
        return _engine
    lib = load_library(SONAME, {"zdm_api_number": (c.c_uint, [])})
    found = lib.zdm_api_number()
    if found != API_NUMBER:
        raise ZdmError(f"{SONAME} has API {found}, these GDB commands need {API_NUMBER}: install "
                       "both from one release")
    _engine = load_library(SONAME, _FUNCTIONS)
    return _engine


def checked(function, *args, hint=None):
    """Call a function whose last two parameters are an error buffer; raise what it says, with
    the words for a hint that it leaves there (a c_int)."""
    err = c.create_string_buffer(512)
    status = function(*args, err, len(err))
    if status != OK:
        text = err.value.decode(errors="replace")
        advice = HINT_WORDS.get(hint.value, "") if hint else ""
        raise ZdmError(text + advice if text else f"{function.__name__}: status {status}")


def store(out, value):
    """Answer of a callback that looks something up: *out = value, or ABSENT."""
    if value is None:
        return ABSENT
    out[0] = value
    return OK

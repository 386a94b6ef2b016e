# SPDX-License-Identifier: LGPL-2.1-or-later
"""zdm in GDB: which struct pages of a kernel may be believed.

Load it with `source zdm-gdb.py`, or let GDB do so at its start (docs/gdb.md). What this loads lies
in zdm_gdb/ beside it; the engine is libzdm.so.
"""
import os
import sys

import gdb


def load():
    here = os.path.dirname(os.path.realpath(__file__))
    if here not in sys.path:
        sys.path.insert(0, here)
    # Sourced a second time: whoever does that has changed something.
    old = sys.modules.get("zdm_gdb.commands")
    if old:
        old.unload()
    for name in [m for m in sys.modules if m.split(".")[0] == "zdm_gdb"]:
        del sys.modules[name]
    import zdm_gdb.commands
    zdm_gdb.commands.register()


if hasattr(gdb, "RemoteTargetConnection"):
    load()
else:
    raise gdb.GdbError("zdm needs GDB 12 or later, built with Python")

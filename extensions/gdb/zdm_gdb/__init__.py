# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rooms of zdm in GDB, from the bottom:

abi       libzdm.so through ctypes: structures, functions, statuses
symbols   what GDB knows of a vmlinux, as the library asks for it
dumpfile  a dump in a file, read by libzdm-dumpfile.so
live      a guest behind a gdbstub
session   finds the target, keeps session and model as long as they are true
commands  the commands and functions that users type
"""

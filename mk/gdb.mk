# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands for GDB: Python on libzdm.so, and a shared object that reads dump files.

GDB ?= gdb
# GDB reads what lies in gdbinit.d at its start; Debian's looks in /etc (gdb --configuration).
sysconfdir ?= $(if $(filter /usr /usr/local,$(prefix)),/etc,$(prefix)/etc)
GDB_INIT_DIR ?= $(sysconfdir)/gdb/gdbinit.d
GDB_DIR = $(datadir)/zdm/gdb

GDB_SRC := extensions/gdb/dumpfile.c
GDB_OBJ := $(GDB_SRC:%.c=$(B)/obj/%.o)
GDB_PY := $(wildcard extensions/gdb/zdm_gdb/*.py)

.PHONY: gdb check-gdb
## gdb              what extensions/gdb/zdm-gdb.py needs: libzdm.so and $(B)/libzdm-dumpfile.so
gdb: $(B)/libzdm.so $(B)/libzdm-dumpfile.so

$(B)/libzdm-dumpfile.so: $(GDB_OBJ) $(B)/libzdm-dumpfile.a $(B)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(ZDM_LINK) -shared -Wl,-soname,$(@F) -Wl,-z,defs -Wl,--exclude-libs,ALL -o $@ $^ \
		-Wl,--as-needed $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)

## check-gdb        the commands in the real GDB, on every lab dump: LABDIR=
check-gdb: gdb
	@for t in tests/frontends/gdb-*.sh; do $$t || exit 1; done

INSTALL_PARTS += gdb
INSTALL_gdb = 644 | $(libdir) | $(B)/libzdm-dumpfile.so; \
	644 | $(GDB_DIR) | extensions/gdb/zdm-gdb.py; \
	644 | $(GDB_DIR)/zdm_gdb | $(GDB_PY) $(B)/gdb/installed.py; \
	644 | $(GDB_INIT_DIR) | $(B)/gdb/zdm.gdb;
install-gdb: gdb $(B)/gdb/installed.py

# Written anew each time: they say where things are installed.
.PHONY: $(B)/gdb/installed.py
$(B)/gdb/installed.py:
	@mkdir -p $(@D)
	@printf 'LIBDIR = "%s"\n' '$(libdir)' >$@
	@printf 'source %s\n' '$(GDB_DIR)/zdm-gdb.py' >$(@D)/zdm.gdb

-include $(GDB_OBJ:.o=.d)

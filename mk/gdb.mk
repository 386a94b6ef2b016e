# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands for GDB: Python on libzdm.so, and a shared object that reads dump files.

GDB ?= gdb
prefix ?= /usr/local
libdir ?= $(prefix)/lib
datadir ?= $(prefix)/share
# GDB reads what lies in gdbinit.d at its start; Debian's looks in /etc (gdb --configuration).
sysconfdir ?= $(if $(filter /usr /usr/local,$(prefix)),/etc,$(prefix)/etc)
GDB_INIT_DIR ?= $(sysconfdir)/gdb/gdbinit.d
GDB_DIR := $(datadir)/zdm/gdb

GDB_SRC := extensions/gdb/dumpfile.c $(addprefix tools/zdm/, elfmap.c fileio.c flattened.c \
	kdumphdr.c progress.c reader_kcore.c \
	reader_kdumpfile.c)
GDB_OBJ := $(GDB_SRC:%.c=$(B)/obj/%.o)
GDB_PY := $(wildcard extensions/gdb/zdm_gdb/*.py)

.PHONY: gdb check-gdb install-gdb uninstall-gdb
## gdb              what extensions/gdb/zdm-gdb.py needs: libzdm.so and $(B)/libzdm-dumpfile.so
gdb: $(B)/libzdm.so $(B)/libzdm-dumpfile.so

$(B)/libzdm-dumpfile.so: $(GDB_OBJ) $(B)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -Wl,-z,defs -Wl,--exclude-libs,ALL $(LDFLAGS) -o $@ $^ \
		-Wl,--as-needed $$($(PKG_CONFIG) --libs libkdumpfile) $(ZDM_LDLIBS)

## check-gdb        the commands in the real GDB, on every lab dump: LABDIR=
check-gdb: gdb
	@for t in tests/frontends/gdb-*.sh; do $$t || exit 1; done

install-gdb: gdb
	install -d $(DESTDIR)$(libdir) $(DESTDIR)$(GDB_DIR)/zdm_gdb $(DESTDIR)$(GDB_INIT_DIR)
	install -m 644 $(B)/libzdm-dumpfile.so $(DESTDIR)$(libdir)/
	install -m 644 extensions/gdb/zdm-gdb.py $(DESTDIR)$(GDB_DIR)/
	install -m 644 $(GDB_PY) $(DESTDIR)$(GDB_DIR)/zdm_gdb/
	printf 'LIBDIR = "%s"\n' '$(libdir)' >$(DESTDIR)$(GDB_DIR)/zdm_gdb/installed.py
	printf 'source %s\n' '$(GDB_DIR)/zdm-gdb.py' >$(DESTDIR)$(GDB_INIT_DIR)/zdm.gdb
	chmod 644 $(DESTDIR)$(GDB_DIR)/zdm_gdb/installed.py $(DESTDIR)$(GDB_INIT_DIR)/zdm.gdb

uninstall-gdb:
	rm -rf $(DESTDIR)$(GDB_DIR)
	rm -f $(DESTDIR)$(libdir)/libzdm-dumpfile.so $(DESTDIR)$(GDB_INIT_DIR)/zdm.gdb

-include $(GDB_OBJ:.o=.d)

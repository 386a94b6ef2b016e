# SPDX-License-Identifier: LGPL-2.1-or-later
# make install PREFIX=/usr/local DESTDIR=. Another part of zdm that `make install`
# shall install adds the name of its own target to INSTALL_PARTS.

bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/zdm
pkgconfigdir ?= $(libdir)/pkgconfig

INSTALL ?= install
INSTALL_PARTS += install-cli install-lib install-doc install-gdb
UNINSTALL_PARTS += uninstall-core uninstall-gdb

.PHONY: install uninstall install-cli install-lib install-doc uninstall-core
## install          program, library, headers, pkg-config file, manual, GDB commands: PREFIX= DESTDIR=
install: all
	$(Q)$(MAKE) --no-print-directory $(INSTALL_PARTS)

## uninstall        remove what install installed
uninstall:
	$(Q)$(MAKE) --no-print-directory $(UNINSTALL_PARTS)

install-cli: $(B)/zdm
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(mandir)/man1
	$(INSTALL) -m 755 $(B)/zdm $(DESTDIR)$(bindir)/zdm
	$(INSTALL) -m 644 docs/man/*.1 $(DESTDIR)$(mandir)/man1/

install-lib: $(B)/libzdm.a $(B)/libzdm.so $(B)/zdm.pc
	$(INSTALL) -d $(DESTDIR)$(libdir) $(DESTDIR)$(includedir)/zdm $(DESTDIR)$(pkgconfigdir)
	$(INSTALL) -m 644 include/zdm/*.h $(DESTDIR)$(includedir)/zdm/
	$(INSTALL) -m 644 $(B)/libzdm.a $(DESTDIR)$(libdir)/
	$(INSTALL) -m 755 $(B)/libzdm.so.$(ZDM_SOVERSION) $(DESTDIR)$(libdir)/
	ln -sf libzdm.so.$(ZDM_SOVERSION) $(DESTDIR)$(libdir)/libzdm.so
	$(INSTALL) -m 644 $(B)/zdm.pc $(DESTDIR)$(pkgconfigdir)/zdm.pc

install-doc:
	$(INSTALL) -d $(DESTDIR)$(docdir)
	$(INSTALL) -m 644 docs/*.md $(DESTDIR)$(docdir)/

# Written anew each time: it depends on variables, not on files.
.PHONY: $(B)/zdm.pc
$(B)/zdm.pc:
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(prefix)' 'libdir=$(libdir)' 'includedir=$(includedir)' '' \
		'Name: zdm' 'Description: which struct pages of a kernel crash dump may be believed' \
		'Version: $(ZDM_VERSION)' 'Requires.private: $(ZDM_LIBS)' 'Libs: -L$${libdir} -lzdm' \
		'Cflags: -I$${includedir}' >$@

uninstall-core:
	rm -f $(DESTDIR)$(bindir)/zdm $(DESTDIR)$(libdir)/libzdm.a $(DESTDIR)$(libdir)/libzdm.so \
		$(DESTDIR)$(libdir)/libzdm.so.$(ZDM_SOVERSION) $(DESTDIR)$(pkgconfigdir)/zdm.pc \
		$(patsubst docs/man/%,$(DESTDIR)$(mandir)/man1/%,$(wildcard docs/man/*.1))
	rm -rf $(DESTDIR)$(includedir)/zdm $(DESTDIR)$(docdir)

# SPDX-License-Identifier: LGPL-2.1-or-later
# make install PREFIX=/usr/local DESTDIR=. A part of zdm says in INSTALL_<part>
# what goes where (rows of mk/install.sh) and adds its name to INSTALL_PARTS;
# uninstall reads the same rows. What must be built before: install-<part>: FILE.

INSTALL ?= install
export INSTALL
INSTALL_PARTS += cli lib doc

INSTALL_cli = 755 | $(bindir) | $(B)/zdm; 755 | $(plugindir) | $(B)/zdm-preload.so; \
	644 | $(mandir)/man1 | $(sort $(wildcard docs/man/*.1)); \
	644 | $(datadir)/bash-completion/completions | tools/completion/zdm.bash; \
	644 | $(datadir)/zsh/site-functions | tools/completion/_zdm; \
	644 | $(datadir)/fish/vendor_completions.d | tools/completion/zdm.fish;
install-cli: $(B)/zdm $(B)/zdm-preload.so

INSTALL_lib = 644 | $(includedir)/zdm | $(sort $(wildcard include/zdm/*.h include/zdm/*.def)); \
	644 | $(libdir) | $(B)/libzdm.a; 755 | $(libdir) | $(B)/libzdm.so.$(ZDM_SOVERSION); \
	link | $(libdir) | libzdm.so libzdm.so.$(ZDM_SOVERSION); \
	644 | $(pkgconfigdir) | $(B)/zdm.pc;
install-lib: $(B)/libzdm.a $(B)/libzdm.so $(B)/zdm.pc

INSTALL_doc = 644 | $(docdir) | $(sort $(wildcard docs/*.md));

# Written anew each time: it depends on variables, not on files.
.PHONY: $(B)/zdm.pc
$(B)/zdm.pc:
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(prefix)' 'libdir=$(libdir)' 'includedir=$(includedir)' '' \
		'Name: zdm' 'Description: which struct pages of a kernel crash dump may be believed' \
		'Version: $(ZDM_VERSION)' 'Requires.private: $(ZDM_LIBS)' 'Libs: -L"$${libdir}" -lzdm' \
		'Cflags: -I"$${includedir}"' >$@

# The crash extension is for one crash: it is installed if it was built.
.PHONY: install uninstall
## install          all that is built: PREFIX= DESTDIR= libdir= (multiarch: PREFIX/lib/TRIPLET)
install: all
	$(Q)$(MAKE) --no-print-directory $(INSTALL_PARTS:%=install-%) \
		$(if $(wildcard $(B)/crash/zdm.so),install-crash)

## uninstall        remove what install installed
uninstall: $(INSTALL_PARTS:%=uninstall-%) uninstall-crash uninstall-makedumpfile

# The parts of the other mk/*.mk, too: their names are known when all are read.
INSTALL_TARGETS = $(INSTALL_PARTS) crash makedumpfile
define INSTALL_RULES
.PHONY: install-$(1) uninstall-$(1)
install-$(1):
	$$(Q)mk/install.sh install '$$(DESTDIR)' '$$(INSTALL_$(1))'
uninstall-$(1):
	$$(Q)mk/install.sh uninstall '$$(DESTDIR)' '$$(INSTALL_$(1))'
endef

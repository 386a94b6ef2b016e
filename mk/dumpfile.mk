# SPDX-License-Identifier: LGPL-2.1-or-later
# The reader of dump files that the command line, GDB and crash share.

DUMPFILE_SRC := $(sort $(wildcard dumpfile/*.c))
DUMPFILE_OBJ := $(DUMPFILE_SRC:%.c=$(OBJ)/%.o)
DUMPFILE_LIBS := lzo2 libzstd zlib
DUMPFILE_PKG_LIBS = $(call once,DUMPFILE_PKG_LIBS,--libs,$(DUMPFILE_LIBS))
DUMPFILE_LDLIBS = $(DUMPFILE_PKG_LIBS) -ldl
# tests read dumps by libkdumpfile, too
KDUMP_LIBS = $(call once,KDUMP_LIBS,--libs,libkdumpfile)

# libkdumpfile is loaded when a file needs it: under the name of the one whose header is used.
KDUMPFILE_SONAME = $(shell readelf -d \
	$$($(PKG_CONFIG) --variable=libdir libkdumpfile)/libkdumpfile.so 2>/dev/null | \
	sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
$(OBJ)/dumpfile/other.o: ZDM_CPPFLAGS += $(shell $(PKG_CONFIG) --cflags libkdumpfile) \
	$(if $(KDUMPFILE_SONAME),-DKDUMPFILE_SONAME='"$(KDUMPFILE_SONAME)"')

$(B)/libzdm-dumpfile.a: $(DUMPFILE_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

# One file, one answer, whoever reads it.
CHECK_NEEDS += gdb
CHECK_SUITES += tests/frontends/one-file.sh

-include $(DUMPFILE_OBJ:.o=.d)

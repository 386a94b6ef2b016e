# SPDX-License-Identifier: LGPL-2.1-or-later
# The library: libzdm.a (position independent, hidden, for plug-ins) and libzdm.so.

PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
WERROR ?= -Werror
ZDM_VERSION := 0.1.0
ZDM_SOVERSION := 1

ZDM_WARN := -Wall -Wextra -Wshadow -Wenum-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla $(WERROR)
ZDM_LIBS := libbpf libdw libelf json-c zlib
ZDM_CPPFLAGS = -Iinclude -Ilib -DZDM_VERSION_TEXT='"$(ZDM_VERSION)"' \
	$(shell $(PKG_CONFIG) --cflags $(ZDM_LIBS) 2>/dev/null)
ZDM_LDLIBS = $(shell $(PKG_CONFIG) --libs $(ZDM_LIBS) 2>/dev/null)
ZDM_CFLAGS = -std=gnu11 $(ZDM_WARN) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)

# V=1 shows whole command lines
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

OBJ := $(B)/obj
LIB_SRC := $(sort $(wildcard lib/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)

.PHONY: lib
## lib              the library, $(B)/libzdm.a and $(B)/libzdm.so
lib: $(B)/libzdm.a $(B)/libzdm.so
all: lib

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ZDM_CPPFLAGS) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/libzdm.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libzdm.so.$(ZDM_SOVERSION): $(LIB_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -Wl,-z,defs $(LDFLAGS) -o $@ $^ $(ZDM_LDLIBS)

$(B)/libzdm.so: $(B)/libzdm.so.$(ZDM_SOVERSION)
	$(Q)ln -sf $(<F) $@

-include $(LIB_OBJ:.o=.d)

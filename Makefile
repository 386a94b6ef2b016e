# SPDX-License-Identifier: LGPL-2.1-or-later
# zdm: which struct pages of a kernel crash dump may be believed.
# `make help` lists what can be made; each part has its own file in mk/.

B ?= build

.DEFAULT_GOAL := all
.PHONY: all help clean
.DELETE_ON_ERROR:

# where `make install` puts things; the parts in mk/ derive theirs
PREFIX ?= /usr/local
prefix ?= $(PREFIX)

PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
WERROR ?= -Werror
ZDM_VERSION := 0.1.0
ZDM_SOVERSION := 1

ZDM_WARN := -Wall -Wextra -Wshadow -Wenum-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla $(WERROR)
ZDM_LIBS := libbpf libdw libelf json-c zlib
ZDM_CPPFLAGS = -D_GNU_SOURCE -Iinclude -Ilib -DZDM_VERSION=$(ZDM_VERSION) \
	$(shell $(PKG_CONFIG) --cflags $(ZDM_LIBS) 2>/dev/null)
ZDM_LDLIBS = $(shell $(PKG_CONFIG) --libs $(ZDM_LIBS) 2>/dev/null)
ZDM_CFLAGS = -std=gnu11 $(ZDM_WARN) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)

# V=1 shows whole command lines
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

OBJ := $(B)/obj

include $(sort $(wildcard mk/*.mk))

help:
	@sed -n 's/^## //p' $(sort $(wildcard mk/*.mk))

clean:
	rm -rf $(B)/obj $(B)/zdm $(B)/*.a $(B)/*.so* $(B)/tests

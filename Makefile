# SPDX-License-Identifier: LGPL-2.1-or-later
# zdm: which struct pages of a kernel crash dump may be believed.
# `make help` lists what can be made; each part has its own file in mk/.

B ?= build

.DEFAULT_GOAL := all
.PHONY: all help clean
.DELETE_ON_ERROR:

# where `make install` puts things; multiarch: libdir=/usr/lib/TRIPLET
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/zdm
pkgconfigdir ?= $(libdir)/pkgconfig
plugindir ?= $(libdir)/zdm

PKG_CONFIG ?= pkg-config
# CPPFLAGS, CFLAGS and LDFLAGS are the builder's, and reach every command; our own are ZDM_*.
# A warning is an error only where WERROR=-Werror says so: in make check and CI.
CFLAGS ?= -O2 -g
WERROR ?=
ZDM_VERSION := 0.1.0
# 0 while the version is 0.x: the interface may still change
ZDM_SOVERSION := 0

ZDM_WARN := -Wall -Wextra -Wshadow -Wenum-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla $(WERROR)
ZDM_LIBS := libdw libelf json-c zlib
ZDM_CPPFLAGS = -D_GNU_SOURCE -I. -Iinclude -Ilib -DZDM_VERSION=$(ZDM_VERSION) \
	$(ZDM_PKG_CFLAGS) $(CPPFLAGS)
ZDM_CFLAGS = -std=gnu11 $(ZDM_WARN) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)

# $(call pkg,--libs,NAME...): what it does not know ends the build with its own words.
pkg = $(shell $(PKG_CONFIG) $(1) $(2))$(if $(filter-out 0,$(.SHELLSTATUS)),$(error \
	$(PKG_CONFIG) $(1) $(2) failed: "make deps" installs what is missing))
# Asked when first used, and once.
once = $(eval $(1) := $(call pkg,$(2),$(3)))$($(1))
ZDM_PKG_CFLAGS = $(call once,ZDM_PKG_CFLAGS,--cflags,$(ZDM_LIBS))
ZDM_LDLIBS = $(call once,ZDM_LDLIBS,--libs,$(ZDM_LIBS))

# Links: with CFLAGS, which may say -flto, -m or -fsanitize. Small programs of one go: BUILD_ONE.
ZDM_LINK = $(CC) $(CFLAGS) $(LDFLAGS)
BUILD_ONE = $(CC) -D_GNU_SOURCE $(CPPFLAGS) -std=gnu11 $(ZDM_WARN) $(CFLAGS) $(LDFLAGS)

# V=1 shows whole command lines
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

OBJ := $(B)/obj

include $(sort $(wildcard mk/*.mk))
$(foreach part,$(INSTALL_TARGETS),$(eval $(call INSTALL_RULES,$(part))))

help:
	@sed -n 's/^## //p' $(sort $(wildcard mk/*.mk))

clean:
	rm -rf $(B)/obj $(B)/zdm $(B)/*.a $(B)/*.so* $(B)/tests

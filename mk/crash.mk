# SPDX-License-Identifier: LGPL-2.1-or-later
# The extension for crash. Build it against the header of the crash that will load it.

CRASH ?= crash
CRASH_INCLUDE ?= /usr/include/crash
# crash looks in /usr/lib64 and /usr/lib by itself; from elsewhere: extend PATH
CRASH_EXTENSIONS ?= $(prefix)/lib/crash/extensions
CRASH_SRC := $(sort $(wildcard extensions/crash/*.c))
CRASH_OBJ := $(CRASH_SRC:%.c=$(B)/obj/%.o)
# The version of that crash, which zdm.so holds against the one that loads it: asked of the program
# that belongs to the installed header, or read in a source tree; empty: only sizes are compared.
CRASH_VERSION ?= $(if $(wildcard $(CRASH_INCLUDE)/build_data.c),$(shell sed -n \
	's/.*build_version *= *"\(.*\)".*/\1/p' $(CRASH_INCLUDE)/build_data.c),$(if $(filter \
	/usr/include/crash,$(CRASH_INCLUDE)),$(shell $(CRASH) -v 2>/dev/null </dev/null | \
	sed -n 's/^crash \([0-9]\)/\1/p')))
# Only what the library needs for reading a dump through a host.
CRASH_LIBS = $(call once,CRASH_LIBS,--libs,libdw libelf $(DUMPFILE_LIBS))

.PHONY: crash check-crash bench-crash
## crash            the crash extension, $(B)/crash/zdm.so; CRASH_INCLUDE=DIR of another defs.h
crash: $(B)/crash/zdm.so

$(B)/obj/extensions/crash/%.o: extensions/crash/%.c
	@mkdir -p $(@D)
	@test -e $(CRASH_INCLUDE)/defs.h || { \
		echo "no $(CRASH_INCLUDE)/defs.h: install package crash, or give CRASH_INCLUDE=" >&2; \
		exit 1; }
	$(call say,CC,$@)
	$(Q)$(CC) -I. -Iinclude -isystem $(CRASH_INCLUDE) $(CRASH_CPPFLAGS) $(CPPFLAGS) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/obj/extensions/crash/built_for.o: CRASH_CPPFLAGS = $(if $(CRASH_VERSION),-DCRASH_VERSION='"$(CRASH_VERSION)"')

# Hidden symbols and -Bsymbolic: crash has functions of any name, extensions share one space.
$(B)/crash/zdm.so: $(CRASH_OBJ) $(B)/libzdm-dumpfile.a $(B)/libzdm.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(ZDM_LINK) -shared -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -Wl,--as-needed \
		-o $@ $(CRASH_OBJ) $(B)/libzdm-dumpfile.a $(B)/libzdm.a $(CRASH_LIBS) -ldl

CRASH_TESTS := tests/run-crash-other.sh
CHECK_SUITES += $(CRASH_TESTS)

## check-crash      the extension in the real crash, on every lab dump it opens: LABDIR=
check-crash: $(B)/crash/zdm.so
	@for t in tests/frontends/crash-*.sh; do $$t || exit 1; done

## bench-crash      what the extension adds to crash's start
bench-crash: $(B)/crash/zdm.so
	bench/crash-start.sh

INSTALL_crash = 644 | $(CRASH_EXTENSIONS) | $(B)/crash/zdm.so;
install-crash: $(B)/crash/zdm.so

-include $(CRASH_OBJ:.o=.d)

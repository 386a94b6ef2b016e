# SPDX-License-Identifier: LGPL-2.1-or-later
# The makedumpfile side: the library that `zdm exec` preloads, the extension,
# checks of the patch series, the tests with a real makedumpfile.

PRELOAD_SRC := $(sort $(wildcard tools/preload/*.c))
PRELOAD_OBJ := $(PRELOAD_SRC:%.c=$(OBJ)/%.o)
MDF_DIR := extensions/makedumpfile
MDF_SERIES := $(sort $(wildcard makedumpfile-patch/*/*.patch))

.PHONY: preload makedumpfile-extension check-patches check-makedumpfile bench-verdict
## preload          what zdm exec preloads, $(B)/zdm-preload.so
preload: $(B)/zdm-preload.so
all: preload

# Only libc: it is loaded into a program of somebody else's.
$(B)/zdm-preload.so: $(PRELOAD_OBJ)
	$(call say,LD,$@)
	$(Q)$(ZDM_LINK) -shared -Wl,-z,defs -Wl,-z,now -o $@ $^ -ldl -lpthread

## install-makedumpfile  what a makedumpfile with our patches, and its extension, are built with
INSTALL_makedumpfile = 755 | $(plugindir) | $(B)/zdm-preload.so; \
	644 | $(datadir)/zdm/makedumpfile | $(wildcard $(MDF_DIR)/*.[ch]) \
		makedumpfile-patch/README.md; \
	644 | $(datadir)/zdm/makedumpfile/next | $(wildcard makedumpfile-patch/next/*.patch); \
	644 | $(datadir)/zdm/makedumpfile/1.7 | $(wildcard makedumpfile-patch/1.7/*.patch); \
	644 | $(mandir)/man1 | docs/man/zdm-carve.1 docs/man/zdm-exec.1;
install-makedumpfile: $(B)/zdm-preload.so

## makedumpfile-extension  $(B)/makedumpfile/zdm.so, with the headers in MAKEDUMPFILE_SRC=dir
makedumpfile-extension: $(B)/makedumpfile/zdm.so

# A plug-in shares one name space with its host: hide all, bind to its own.
$(B)/makedumpfile/zdm.so: $(wildcard $(MDF_DIR)/*.[ch]) $(B)/libzdm.a
	@test -e "$(MAKEDUMPFILE_SRC)/extension.h" || \
		{ echo "give MAKEDUMPFILE_SRC=dir, the source of a makedumpfile with --extension" >&2; exit 2; }
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -D_FILE_OFFSET_BITS=64 -D__$(shell uname -m)__ $(CPPFLAGS) $(CFLAGS) \
		-fPIC -fvisibility=hidden -Iinclude -I$(MAKEDUMPFILE_SRC) -shared -Wl,-Bsymbolic \
		-Wl,--exclude-libs,ALL $(LDFLAGS) -o $@ $(filter %.c,$^) $(B)/libzdm.a $(ZDM_LDLIBS)

## check-patches    is the makedumpfile series well-formed; MAKEDUMPFILE_SRC=dir: does it apply there
check-patches:
	@tests/run.sh "tests/run-patches.sh $(MAKEDUMPFILE_SRC)"
CHECK_SUITES += tests/run-patches.sh

# Dumps page by page, through libkdumpfile alone.
$(B)/tests/dumppages $(B)/tests/dumpmemsave: $(B)/tests/%: tests/tools/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(BUILD_ONE) -o $@ $< $(call pkg,--libs,libkdumpfile libaddrxlat)
CHECK_LAB_NEEDS += $(B)/tests/dumppages $(B)/tests/dumpmemsave $(B)/tests/faulty.so

# Preloaded by tests: calls that are interrupted, or move less than was asked for.
$(B)/tests/faulty.so: tests/tools/faulty.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(BUILD_ONE) -fPIC -shared -o $@ $< -ldl

## check-makedumpfile  the tests with makedumpfile; MAKEDUMPFILE=path of a patched one, too
check-makedumpfile: all $(B)/tests/dumppages $(B)/tests/dumpmemsave $(B)/tests/faulty.so
	@tests/run.sh "tests/run-scripts.sh $(sort $(wildcard tests/frontends/makedumpfile-*.sh))"

# The verdict's own test, which needs no makedumpfile.
EXTRA_TEST_CPPFLAGS += -I$(MDF_DIR) -Itools/preload

$(B)/bench/verdict: bench/verdict.c $(MDF_DIR)/zdm_verdict.h
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(BUILD_ONE) -Iinclude -I$(MDF_DIR) -o $@ $<

## bench-verdict    what the makedumpfile filter costs for each page
bench-verdict: $(B)/bench/verdict
	$(B)/bench/verdict

-include $(PRELOAD_OBJ:.o=.d)

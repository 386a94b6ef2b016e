# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line, on libkdumpfile.

CLI_SRC := $(sort $(wildcard tools/zdm/*.c))
CLI_OBJ = $(CLI_SRC:%.c=$(OBJ)/%.o)
CLI_LIBS := libkdumpfile

.PHONY: cli check-cli
## cli              the command line, $(B)/zdm
cli: $(B)/zdm
all: cli

$(OBJ)/tools/zdm/%.o: tools/zdm/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -Itools/zdm $(ZDM_CPPFLAGS) \
		$(shell $(PKG_CONFIG) --cflags $(CLI_LIBS)) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/zdm: $(CLI_OBJ) $(B)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(B)/libzdm.a \
		$$($(PKG_CONFIG) --libs $(CLI_LIBS)) $(ZDM_LDLIBS)

# Makes the other forms of a dump out of an ELF vmcore.
$(B)/tests/dumpconv: tests/tools/dumpconv.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -D_GNU_SOURCE $(TEST_CFLAGS) -o $@ $< -lz

# Preloaded by tests: a file system without O_TMPFILE.
$(B)/tests/notmpfile.so: tests/tools/notmpfile.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu11 $(ZDM_WARN) -O2 -fPIC -shared -o $@ $< -ldl

CLI_TESTS := $(sort $(filter-out %/lib.sh,$(wildcard tests/cli/*.sh)))
CLI_NEEDS := $(B)/zdm $(B)/tests/mkcore $(B)/tests/cmp_ranges $(B)/tests/dumpconv \
	$(B)/tests/notmpfile.so
CHECK_NEEDS += $(CLI_NEEDS)
CHECK_SUITES += $(CLI_TESTS)

## check-cli        the command line against good and bad input, hermetic
check-cli: $(CLI_NEEDS)
	@tests/run.sh $(CLI_TESTS)

-include $(CLI_OBJ:.o=.d)

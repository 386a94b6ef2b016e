# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line.

CLI_SRC := $(sort $(wildcard tools/zdm/*.c))
CLI_OBJ = $(CLI_SRC:%.c=$(OBJ)/%.o)

.PHONY: cli check-cli
## cli              the command line, $(B)/zdm
cli: $(B)/zdm
all: cli

$(OBJ)/tools/zdm/%.o: tools/zdm/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -Itools/zdm $(ZDM_CPPFLAGS) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/zdm: $(CLI_OBJ) $(B)/libzdm-dumpfile.a $(B)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(ZDM_LINK) -o $@ $(CLI_OBJ) $(B)/libzdm-dumpfile.a $(B)/libzdm.a \
		$(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)

# zdm exec looks beside its own binary, from there to libdir, then in libdir.
$(OBJ)/tools/zdm/preloading.o: ZDM_CPPFLAGS += -include $(OBJ)/dirs.h
$(OBJ)/tools/zdm/preloading.o: $(OBJ)/dirs.h

# Written only when it says something new.
.PHONY: FORCE
$(OBJ)/dirs.h: FORCE
	@mkdir -p $(@D)
	@printf '#define %s "%s"\n' ZDM_LIBDIR '$(libdir)' ZDM_LIBDIR_FROM_BIN \
		"$$(realpath -ms --relative-to='$(bindir)' '$(libdir)')" >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Makes the other forms of a dump out of an ELF vmcore.
$(B)/tests/dumpconv: tests/tools/dumpconv.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(BUILD_ONE) -o $@ $< -lz -llzo2 -lsnappy -lzstd

# Preloaded by tests: a file system without O_TMPFILE; the Nth read or allocation goes wrong.
$(B)/tests/notmpfile.so $(B)/tests/failing.so: $(B)/tests/%.so: tests/tools/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(BUILD_ONE) -fPIC -shared -o $@ $< -ldl

CLI_TESTS := $(sort $(filter-out %/lib.sh,$(wildcard tests/cli/*.sh)))
CLI_NEEDS := $(B)/zdm $(B)/tests/mkcore $(B)/tests/cmp_ranges $(B)/tests/dumpconv \
	$(B)/tests/notmpfile.so $(B)/tests/failing.so
CHECK_NEEDS += $(CLI_NEEDS)
CHECK_SUITES += $(CLI_TESTS)

## check-hostile    dumps made to break their reader, and every read and allocation failing
.PHONY: check-hostile
check-hostile: $(CLI_NEEDS)
	@tests/run.sh tests/cli/hostile.sh

## check-cli        the command line against good and bad input, hermetic
check-cli: $(CLI_NEEDS)
	@tests/run.sh $(CLI_TESTS)

-include $(CLI_OBJ:.o=.d)

# SPDX-License-Identifier: LGPL-2.1-or-later
# How much of lib/ and dumpfile/ the tests run: clang's source coverage over unit tests, the
# corpus of the fuzz targets, vmcores written as text and the command line's suites.

CB := $(B)/cov
COV_CLANG ?= clang
COV_CFLAGS := -O1 -g -fprofile-instr-generate -fcoverage-mapping
# Lines of a hundred that must be run.
COVERAGE_FLOOR ?= 85

COV_LIB_OBJ := $(LIB_SRC:%.c=$(CB)/obj/%.o)
COV_DUMPFILE_OBJ := $(DUMPFILE_SRC:%.c=$(CB)/obj/%.o)
COV_CLI_OBJ := $(CLI_SRC:%.c=$(CB)/obj/%.o)
UNIT_BIN_COV := $(UNIT_SRC:tests/unit/%.c=$(CB)/unit/%)
cov_link = $(COV_CLANG) $(TEST_CPPFLAGS) -std=gnu11 $(ZDM_WARN) $(COV_CFLAGS) $(LDFLAGS)

$(CB)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(COV_CLANG) -Itools/zdm $(ZDM_CPPFLAGS) -std=gnu11 $(ZDM_WARN) -fPIC -MMD -MP \
		$(COV_CFLAGS) -c -o $@ $<

$(CB)/obj/tools/zdm/preloading.o: ZDM_CPPFLAGS += -include $(OBJ)/dirs.h
$(CB)/obj/tools/zdm/preloading.o: $(OBJ)/dirs.h
$(CB)/obj/dumpfile/other.o: ZDM_CPPFLAGS += $(shell $(PKG_CONFIG) --cflags libkdumpfile) \
	$(if $(KDUMPFILE_SONAME),-DKDUMPFILE_SONAME='"$(KDUMPFILE_SONAME)"')

$(CB)/libzdm.a: $(COV_LIB_OBJ)
$(CB)/libzdm-dumpfile.a: $(COV_DUMPFILE_OBJ)
$(CB)/libzdm.a $(CB)/libzdm-dumpfile.a:
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(CB)/zdm: $(COV_CLI_OBJ) $(CB)/libzdm-dumpfile.a $(CB)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(COV_CLANG) $(COV_CFLAGS) $(LDFLAGS) -o $@ $^ $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)

$(CB)/unit/%: tests/unit/%.c tests/unit/util.c tests/tools/elf_reader.c \
		$(CB)/libzdm-dumpfile.a $(CB)/libzdm.a $(TEST_HDR)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(cov_link) -o $@ $(filter %.c %.a,$^) $(CMOCKA_LIBS) $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)

# Where the suites look for what they run: what is instrumented here, the rest as it is.
$(CB)/asan/replay/target: $(TARGET_SRC) tests/fuzz/target/replay.c $(CB)/libzdm-dumpfile.a \
		$(CB)/libzdm.a $(TARGET_HDR) $(TEST_HDR)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(cov_link) -Itests/fuzz -Itests/fuzz/target -o $@ $(filter %.c %.a,$^) \
		$(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)
	$(Q)$(call target_names,$@)

$(CB)/asan/core_ranges: tests/tools/core_ranges.c tests/tools/elf_reader.c $(CB)/libzdm.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(cov_link) -o $@ $(filter %.c %.a,$^) $(ZDM_LDLIBS)

COV_PROGRAMS := $(UNIT_BIN_COV) $(CB)/asan/replay/target $(CB)/asan/core_ranges $(CB)/zdm

.PHONY: coverage cov-bins
cov-bins: $(COV_PROGRAMS)

## coverage         lines of lib/ and dumpfile/ that tests run; COVERAGE_FLOOR=85 must be met
coverage: deps-coverage $(COV_PROGRAMS) $(CLI_NEEDS) $(TB)/xlat_check
	@tests/run.sh "tests/run-coverage.sh $(COVERAGE_FLOOR) $(UNIT_BIN_COV)"

-include $(COV_LIB_OBJ:.o=.d) $(COV_DUMPFILE_OBJ:.o=.d) $(COV_CLI_OBJ:.o=.d)

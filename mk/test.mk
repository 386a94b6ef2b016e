# SPDX-License-Identifier: LGPL-2.1-or-later
# Test programs: unit tests and test tools, plain and with ASan and UBSan.
# tests/unit/test_*.c are found by themselves (tests/unit/test_util.h says how
# one is written); each is linked with tests/unit/util.c and the library.

TB := $(B)/tests
AB := $(B)/asan
ASAN_CFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(TB)/unit/%)
UNIT_BIN_ASAN := $(UNIT_SRC:tests/unit/%.c=$(AB)/unit/%)
MKCORE_SRC := $(filter-out %/xlat_check.c,$(sort $(wildcard tests/mkcore/*.c)))
TOOLS := $(TB)/mkcore $(TB)/xlat_check $(TB)/core_ranges $(TB)/cmp_ranges $(TB)/flip_fixture $(AB)/core_ranges

TEST_CPPFLAGS = $(ZDM_CPPFLAGS) -Itests/unit -Itests/tools $(EXTRA_TEST_CPPFLAGS)
TEST_CFLAGS = -std=gnu11 $(ZDM_WARN) $(CFLAGS) $(LDFLAGS)
# libbpf writes the BTF that tests have the library read.
CMOCKA_LIBS = $(call once,CMOCKA_LIBS,--libs,cmocka libbpf)

.PHONY: test-bins
## test-bins        build all test programs
test-bins: $(TOOLS) $(UNIT_BIN) $(UNIT_BIN_ASAN)

# The library again, instrumented.
ASAN_OBJ := $(LIB_SRC:%.c=$(AB)/obj/%.o)
$(AB)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ZDM_CPPFLAGS) $(ZDM_CFLAGS) $(ASAN_CFLAGS) -c -o $@ $<

$(AB)/libzdm.a: $(ASAN_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

ASAN_DUMPFILE_OBJ := $(DUMPFILE_SRC:%.c=$(AB)/obj/%.o)
$(AB)/libzdm-dumpfile.a: $(ASAN_DUMPFILE_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

# Programs are compiled from source in one go: they are small.
define test_link
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) $(1) -o $@ $(filter %.c %.a,$^) $(2)
endef

$(TB)/unit/%: tests/unit/%.c tests/unit/util.c tests/tools/elf_reader.c \
		$(B)/libzdm-dumpfile.a $(B)/libzdm.a
	$(call test_link,,$(CMOCKA_LIBS) $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS))

$(AB)/unit/%: tests/unit/%.c tests/unit/util.c tests/tools/elf_reader.c \
		$(AB)/libzdm-dumpfile.a $(AB)/libzdm.a
	$(call test_link,$(ASAN_CFLAGS),$(CMOCKA_LIBS) $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS))

$(TB)/mkcore: $(MKCORE_SRC)
	$(call test_link)

$(TB)/xlat_check: tests/mkcore/xlat_check.c
	$(call test_link,,$(KDUMP_LIBS))

$(TB)/cmp_ranges: tests/tools/cmp_ranges.c
	$(call test_link,,$(ZDM_LDLIBS))

$(TB)/core_ranges: tests/tools/core_ranges.c tests/tools/elf_reader.c $(B)/libzdm.a
	$(call test_link,,$(ZDM_LDLIBS))

$(TB)/flip_fixture: tests/tools/flip_fixture.c tests/tools/elf_reader.c $(B)/libzdm.a
	$(call test_link,,$(ZDM_LDLIBS))

$(AB)/core_ranges: tests/tools/core_ranges.c tests/tools/elf_reader.c $(AB)/libzdm.a
	$(call test_link,$(ASAN_CFLAGS),$(ZDM_LDLIBS))

# Any header may matter to any test program.
TEST_HDR := $(wildcard tests/unit/*.h tests/tools/*.h tests/mkcore/*.h include/zdm/*.h include/zdm/*.def lib/*/*.h lib/*/*/*.h lib/*/*.def)
$(TOOLS) $(UNIT_BIN) $(UNIT_BIN_ASAN): $(TEST_HDR)

-include $(ASAN_OBJ:.o=.d) $(ASAN_DUMPFILE_OBJ:.o=.d)

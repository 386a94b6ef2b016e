# SPDX-License-Identifier: LGPL-2.1-or-later
# Robustness: vmcores damaged at random, in memory, under ASan and UBSan.
# A few seconds of it belong to make check; make fuzz goes on for SECONDS.

FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))

$(AB)/fuzz: $(FUZZ_SRC) tests/fuzz/fuzz.h tests/tools/elf_reader.c $(AB)/libzdm.a $(TEST_HDR)
	$(call test_link,$(ASAN_CFLAGS) -Itests/fuzz,$(ZDM_LDLIBS))

test-bins: $(AB)/fuzz
CHECK_SUITES += tests/run-fuzz.sh

SECONDS ?= 600
.PHONY: fuzz
## fuzz             SECONDS=600: damage vmcores at random for so long; says which seeds fail
fuzz: $(AB)/fuzz $(TB)/mkcore
	@tests/run-fuzz.sh $(SECONDS)

# libFuzzer targets: one program, and a name for each of targets.def.
TARGET_NAMES := $(shell sed -n 's/^TARGET(\(.*\))/\1/p' tests/fuzz/target/targets.def)
TARGET_SRC := $(filter-out %/replay.c,$(sort $(wildcard tests/fuzz/target/*.c))) \
	tests/fuzz/check.c tests/fuzz/reports.c tests/tools/elf_reader.c tools/preload/view.c
TARGET_HDR := $(wildcard tests/fuzz/*.h tests/fuzz/target/*.h tests/fuzz/target/*.def)
FUZZ_CLANG ?= clang
FUZZ_CFLAGS := -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
FB := $(B)/fuzz
FUZZ_OBJ := $(patsubst %.c,$(FB)/obj/%.o,$(LIB_SRC) $(DUMPFILE_SRC) $(TARGET_SRC))
# $(call target_names,PROGRAM): beside it, for each target
target_names = for name in $(TARGET_NAMES); do ln -sf $(notdir $(1)) $(dir $(1))$$name; done

$(FB)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(FUZZ_CLANG) $(TEST_CPPFLAGS) -Itests/fuzz -Itests/fuzz/target -std=gnu11 $(ZDM_WARN) \
		-MMD -MP $(FUZZ_CFLAGS) -c -o $@ $<

$(FB)/target: $(FUZZ_OBJ)
	$(call say,LD,$@)
	$(Q)$(FUZZ_CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)
	$(Q)$(call target_names,$@)

# The same inputs without libFuzzer.
$(AB)/replay/target: $(TARGET_SRC) tests/fuzz/target/replay.c $(AB)/libzdm-dumpfile.a \
		$(AB)/libzdm.a $(TARGET_HDR) $(TEST_HDR)
	$(call test_link,$(ASAN_CFLAGS) -Itests/fuzz -Itests/fuzz/target,$(DUMPFILE_LDLIBS) $(ZDM_LDLIBS))
	$(Q)$(call target_names,$@)

$(TB)/fuzz_seed: tests/tools/fuzz_seed.c tests/tools/elf_reader.c $(B)/libzdm.a $(TEST_HDR)
	$(call test_link,,$(ZDM_LDLIBS))

-include $(FUZZ_OBJ:.o=.d)

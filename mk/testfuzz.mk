# SPDX-License-Identifier: LGPL-2.1-or-later
# Robustness, two ways, both under ASan and UBSan. tests/fuzz damages shipped vmcores at
# random, in memory; tests/fuzz/target has a libFuzzer target for all that reads a dump.
# make check takes a few seconds of the first and the corpus of the second; check-fuzz (CI)
# goes on for a few seconds a target; make fuzz for SECONDS.

FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))

$(AB)/fuzz: $(FUZZ_SRC) tests/fuzz/fuzz.h tests/tools/elf_reader.c $(AB)/libzdm.a $(TEST_HDR)
	$(call test_link,$(ASAN_CFLAGS) -Itests/fuzz,$(ZDM_LDLIBS))

test-bins: $(AB)/fuzz
CHECK_SUITES += tests/run-fuzz.sh tests/run-targets.sh

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

$(FB)/target: $(FUZZ_OBJ) | deps-fuzz
	$(call say,LD,$@)
	$(Q)$(FUZZ_CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(DUMPFILE_LDLIBS) $(ZDM_LDLIBS)
	$(Q)$(call target_names,$@)

# The same inputs without libFuzzer.
$(AB)/replay/target: $(TARGET_SRC) tests/fuzz/target/replay.c $(AB)/libzdm-dumpfile.a \
		$(AB)/libzdm.a $(TARGET_HDR) $(TEST_HDR)
	$(call test_link,$(ASAN_CFLAGS) -Itests/fuzz -Itests/fuzz/target,$(DUMPFILE_LDLIBS) $(ZDM_LDLIBS))
	$(Q)$(call target_names,$@)

test-bins: $(AB)/replay/target

$(TB)/fuzz_seed: tests/tools/fuzz_seed.c tests/tools/elf_reader.c $(B)/libzdm.a $(TEST_HDR)
	$(call test_link,,$(ZDM_LDLIBS))

SECONDS ?= 600
# of each target in check-fuzz
FUZZ_SECONDS ?= 5
.PHONY: fuzz check-fuzz fuzz-corpus
## fuzz             SECONDS=600: all targets in turn for so long, after a tenth of it for damaged
##                  vmcores; says what fails, and keeps it in $(B)/fuzz/found
fuzz: $(AB)/fuzz $(TB)/mkcore $(FB)/target
	@tests/run.sh "tests/run-fuzz.sh $$(($(SECONDS) / 10))" "tests/run-targets.sh $(SECONDS)"

## check-fuzz       the corpus, and FUZZ_SECONDS=5 of each target (CI)
check-fuzz: $(FB)/target
	@tests/run.sh "tests/run-targets.sh $$(($(FUZZ_SECONDS) * $(words $(TARGET_NAMES))))"

## fuzz-corpus      tests/fuzz/corpus anew, of it, of the fixtures and of what make fuzz gathered
fuzz-corpus: $(FB)/target $(TB)/fuzz_seed $(TB)/mkcore $(TB)/dumpconv $(B)/zdm
	@tests/fuzz-corpus.sh

# Every allocation and read of every command.
SWEEP_EVERY ?= 1
.PHONY: check-sweep
## check-sweep      every allocation and every read of every command failing in turn (hours);
##                  SWEEP_EVERY=N: each Nth
check-sweep: $(CLI_NEEDS)
	@tests/run.sh "tests/run-sweep.sh $(SWEEP_EVERY)"

-include $(FUZZ_OBJ:.o=.d)

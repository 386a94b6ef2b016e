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

# SPDX-License-Identifier: LGPL-2.1-or-later
# make check: everything hermetic. A part of zdm that brings tests of its own adds
# to CHECK_SUITES a command that prints the lines of tests/suite.sh, and to
# CHECK_NEEDS what must be built before; CHECK_LAB_SUITES get KERNEL and LABDIR.

CHECK_NEEDS += all test-bins
CHECK_SUITES += tests/run-layers.sh tests/run-compilers.sh \
	"tests/run-unit.sh plain $(UNIT_BIN)" "tests/run-unit.sh asan $(UNIT_BIN_ASAN)" \
	tests/run-text.sh tests/run-flips.sh tests/run-capsules.sh

# The scenarios that CI takes; all of them with CHECK_LAB_SCENARIOS="$(lab-list)".
CHECK_LAB_SCENARIOS ?= ram fsdax-mem fsdax-dev split collision fsdax-dev+kdump
CHECK_LAB_SUITES += "tests/run-lab.sh $(KERNEL) $(CHECK_LAB_SCENARIOS)"

export B
export CHECK_CPPFLAGS = $(ZDM_CPPFLAGS)
export CHECK_CFLAGS = -std=gnu11 $(ZDM_WARN)

.PHONY: check check-run check-layers check-lab check-lab-run
## check            build, and run every hermetic test (a few minutes)
check: deps
	@$(MAKE) --no-print-directory check-run

check-run: $(CHECK_NEEDS)
	@tests/run.sh $(CHECK_SUITES)

## check-layers     does each room of the library use only rooms to its left?
check-layers:
	@tests/check-layers.sh lib

## check-lab        KERNEL=6.1: make real vmcores and compare every PFN with the testimony
check-lab: deps-lab
	@$(MAKE) --no-print-directory check-lab-run

check-lab-run: $(CHECK_NEEDS)
	@tests/run.sh $(CHECK_LAB_SUITES)

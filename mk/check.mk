# SPDX-License-Identifier: LGPL-2.1-or-later
# make check: everything hermetic. make check-lab: against real kernels.
#
# A part of zdm that brings tests of its own adds to CHECK_SUITES a command, in
# quotes, that prints the lines of tests/suite.sh (scripts of other manners go
# through tests/run-scripts.sh), and to CHECK_NEEDS what must be built before.
# The same with CHECK_LAB_: those find the dumps in LABDIR and KERNEL in the
# environment. tests/frontends/ need not say anything.

CHECK_NEEDS += all test-bins
CHECK_SUITES += tests/run-protocol.sh tests/run-layers.sh tests/run-door.sh tests/run-classes.sh tests/run-notes.sh tests/run-compilers.sh tests/run-builds.sh \
	"tests/run-unit.sh plain $(UNIT_BIN)" "tests/run-unit.sh asan $(UNIT_BIN_ASAN)" \
	tests/run-text.sh tests/run-flips.sh tests/run-judge.sh tests/run-capsules.sh tests/run-shared.sh \
	tests/run-cuts.sh

# A choice for CI; CHECK_LAB_SCENARIOS= takes others.
CHECK_LAB_SCENARIOS ?= ram fsdax-mem fsdax-dev split collision hole fsdax-dev+kdump
# The front ends need the debug vmlinux of the kernel, some hundred MiB; CHECK_LAB_FRONTENDS= does without.
CHECK_LAB_FRONTENDS ?= $(wildcard tests/frontends/*.sh)
CHECK_LAB_NEEDS += $(CHECK_NEEDS) crash gdb
CHECK_LAB_SUITES += "tests/run-lab.sh $(KERNEL) $(CHECK_LAB_SCENARIOS)" \
	"tests/run-routes.sh $(KERNEL) $(CHECK_LAB_SCENARIOS)" \
	"tests/run-image-modules.sh $(KERNEL)" \
	tests/run-arm64.sh \
	$(if $(CHECK_LAB_FRONTENDS),"tests/run-scripts.sh $(CHECK_LAB_FRONTENDS)")

# What was built without it stays as it is.
CHECK_WERROR ?= -Werror

export B
export ZDM = $(B)/zdm

.PHONY: check check-builds check-run check-layers check-lab check-lab-run
## check            build, and run every hermetic test (a few minutes)
check: deps
	@$(MAKE) -s --no-print-directory WERROR=$(CHECK_WERROR) check-run

# What is needed may be added to by any mk/*.mk: only here is the list complete.
check-run:
	@$(MAKE) -s --no-print-directory $(CHECK_NEEDS)
	@tests/run.sh $(CHECK_SUITES)

## check-layers     does each room of the library use only rooms to its left?
check-layers:
	@tests/check-layers.sh

## check-builds     as others build it: their compilers and flags; installed, used, removed (minutes)
check-builds: $(B)/tests/mkcore
	@tests/run.sh "tests/run-builds.sh full"

## check-lab        KERNEL=6.1: make real vmcores and compare every PFN with the testimony
check-lab: deps-lab
	@$(if $(CHECK_LAB_FRONTENDS),$(MAKE) -s --no-print-directory lab-vmlinux >/dev/null,:) || \
		echo "no debug vmlinux of $(KERNEL): front ends that need one are skipped" >&2
	@$(MAKE) -s --no-print-directory WERROR=$(CHECK_WERROR) check-lab-run

check-lab-run: export KERNEL := $(KERNEL)
check-lab-run:
	@$(MAKE) -s --no-print-directory $(CHECK_LAB_NEEDS)
	@tests/run.sh $(CHECK_LAB_SUITES)

# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab: real vmcores of real kernels in QEMU (tests/vmcores/lab/README.md).

LAB := tests/vmcores/lab/lab.sh
LABDIR ?= $(B)/lab
KERNEL ?= 6.1
KERNELS ?= 6.1 7.x
SCENARIO ?= fsdax-dev

.PHONY: lab lab-all lab-list lab-clean lab-vmlinux lab-deps
export LABDIR

## lab           one real vmcore: KERNEL=6.1 SCENARIO=fsdax-dev, into LABDIR (build/lab)
lab:
	$(LAB) run $(KERNEL) $(SCENARIO)

## lab-all       every scenario on KERNELS="6.1 7.x" (SCENARIOS="…" for some)
lab-all:
	$(LAB) all "$(KERNELS)" $(SCENARIOS)

## lab-list      the lab's kernels and scenarios, and what is there already
lab-list:
	@$(LAB) list

## lab-clean     remove the dumps; with CACHE=1 all that was fetched, too
lab-clean:
	$(LAB) clean $(if $(CACHE),cache)

## lab-vmlinux   the debug vmlinux of KERNEL, out of its -dbg package
lab-vmlinux:
	@$(LAB) vmlinux $(KERNEL)

## lab-deps      install what the lab needs (as root, Debian 12)
lab-deps:
	@$(LAB) deps

# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab: real vmcores of real kernels in QEMU (tests/vmcores/lab/README.md).

LAB := tests/vmcores/lab/lab.sh
LABDIR ?= $(B)/lab
KERNEL ?= 6.1
KERNELS ?= 6.1 7.x
SCENARIO ?= fsdax-dev
LAB_PACKAGES := qemu-system-x86 busybox-static ndctl daxctl kexec-tools makedumpfile cpio \
	xz-utils debootstrap kmod e2fsprogs util-linux python3 gcc-12 make debian-archive-keyring

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
	@missing=$$(dpkg-query -W -f '$${Package} $${db:Status-Status}\n' $(LAB_PACKAGES) 2>/dev/null | \
		awk '$$2 == "installed" { print $$1 }' | sort >$(or $(TMPDIR),/tmp)/lab-have.$$$$; \
		printf '%s\n' $(LAB_PACKAGES) | sort | comm -23 - $(or $(TMPDIR),/tmp)/lab-have.$$$$; \
		rm -f $(or $(TMPDIR),/tmp)/lab-have.$$$$); \
	if [ -n "$$missing" ]; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -q --no-install-recommends $$missing; \
	fi

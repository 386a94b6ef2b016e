# SPDX-License-Identifier: LGPL-2.1-or-later
# Benchmarks: ratios taken in one run, never timed tests.

.PHONY: bench
## bench            zdm beside crash and pread: DUMP=file [VMLINUX=file]
bench: $(B)/zdm $(B)/bench/compare $(B)/bench/pread
	@test -n "$(DUMP)" || { echo "bench: give DUMP=file, and VMLINUX=file for crash" >&2; exit 2; }
	B=$(B) bench/summary.sh $(DUMP) $(VMLINUX)

$(B)/bench/compare $(B)/bench/pread: $(B)/bench/%: bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(BUILD_ONE) -o $@ $<

.PHONY: bench-view
## bench-view       what the view of zdm exec costs for each page, with 10,000 altmaps
bench-view: $(B)/bench/view
	$(B)/bench/view

$(B)/bench/view: bench/view.c tools/preload/view.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(BUILD_ONE) -o $@ $^

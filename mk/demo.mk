# SPDX-License-Identifier: LGPL-2.1-or-later
# make demo: from nothing to a verdict, on the capsule of a real dump that ships with zdm.

DEMO := tests/vmcores/6.1/fsdax-dev

.PHONY: demo demo-run
## demo             install what is missing, build, and judge the capsule of a real dump with an altmap
demo: deps
	@$(MAKE) --no-print-directory demo-run

demo-run: $(B)/zdm
	@mkdir -p $(B)/demo
	@xz -dc $(DEMO).elf.xz >$(B)/demo/vmcore
	@sed -n '1,3p' $(DEMO).txt
	@ZDM=$(B)/zdm docs/demo.sh $(B)/demo/vmcore

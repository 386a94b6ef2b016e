# SPDX-License-Identifier: LGPL-2.1-or-later
# zdm: which struct pages of a kernel crash dump may be believed.
# `make help` lists what can be made; each part has its own file in mk/.

B ?= build

.DEFAULT_GOAL := all
.PHONY: all help clean
.DELETE_ON_ERROR:

include $(sort $(wildcard mk/*.mk))

help:
	@sed -n 's/^## //p' $(sort $(wildcard mk/*.mk))

clean:
	rm -rf $(B)/obj $(B)/zdm $(B)/*.a $(B)/*.so* $(B)/tests

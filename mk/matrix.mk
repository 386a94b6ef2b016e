# SPDX-License-Identifier: LGPL-2.1-or-later
# The whole proof: all kernels, all scenarios. An hour or two the first time.

.PHONY: check-matrix
## check-matrix     every kernel and scenario of the lab; writes docs/matrix.md (KERNELS="6.1 7.3" for some)
check-matrix: deps-lab
	@$(MAKE) --no-print-directory $(CHECK_NEEDS)
	@tests/run.sh "tests/run-matrix.sh $(if $(filter command line,$(origin KERNELS)),$(KERNELS))"

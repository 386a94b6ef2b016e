# SPDX-License-Identifier: LGPL-2.1-or-later
# Packages: mk/packages.txt lists them, mk/deps.sh installs what is missing.

.PHONY: deps deps-lab deps-fuzz deps-coverage
## deps             install what building and `make check` need (apt-get, as root or with sudo)
deps:
	@mk/deps.sh build

## deps-lab         the same for the lab and the front ends
deps-lab: deps
	@mk/deps.sh lab
	@$(MAKE) -s --no-print-directory lab-deps

# What only these need is installed by them, as llvm is no small thing.
deps-fuzz deps-coverage: deps-%:
	@mk/deps.sh $*

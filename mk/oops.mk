# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the postmortem; what they say runs with make check.

CHECK_SUITES += tests/run-oops.sh

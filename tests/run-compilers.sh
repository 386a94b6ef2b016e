#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: every C file passes clang, warnings being errors (gcc built it already),
# and every shell script passes shellcheck. CPPFLAGS and CFLAGS come from make.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

if command -v clang >/dev/null; then
    while IFS= read -r file; do
        # shellcheck disable=SC2086 # lists of options
        if out=$(clang $CHECK_CPPFLAGS -Itests/unit -Itests/tools $CHECK_CFLAGS \
            -fsyntax-only "$file" 2>&1); then
            ok "clang/$file"
        else
            not_ok "clang/$file" "$out"
        fi
    done < <(find lib tools tests/unit tests/tools tests/mkcore -name '*.c' | sort)
else
    skip clang "clang is not installed"
fi

if command -v shellcheck >/dev/null; then
    while IFS= read -r file; do
        if out=$(shellcheck -x "$file" 2>&1); then ok "shellcheck/$file"; else
            not_ok "shellcheck/$file" "$out"; fi
    done < <({ find tests mk tools extensions makedumpfile-patch bench -name '*.sh' 2>/dev/null
        echo .ci/run; } | sort)
else
    skip shellcheck "shellcheck is not installed"
fi

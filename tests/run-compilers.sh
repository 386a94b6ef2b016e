#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: everything builds with clang too, warnings being errors (gcc did it
# already), and every shell script passes shellcheck.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

# The run within a run must not take options of the outer make.
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES

if command -v clang >/dev/null; then
    if out=$(make -k -j"$(nproc)" CC=clang B="$B/clang" WERROR=-Werror all "$B/clang/tests/mkcore" \
        "$B/clang/tests/core_ranges" "$B/clang/tests/cmp_ranges" 2>&1); then
        ok clang
    else
        not_ok clang "$(grep -E 'error|Error' <<<"$out" || printf '%s' "$out")"
    fi
else
    skip clang "clang is not installed"
fi

if command -v shellcheck >/dev/null; then
    # What is only sourced is checked with the scripts that do so.
    while IFS= read -r file; do
        head -1 "$file" | grep -q '^#!.*sh' || continue
        if out=$(shellcheck -x -P SCRIPTDIR -S warning "$file" 2>&1); then
            ok "shellcheck/$file"
        else
            not_ok "shellcheck/$file" "$out"
        fi
    done < <({ find tests mk tools extensions makedumpfile-patch bench -name '*.sh' 2>/dev/null
        echo .ci/run; } | sort)
else
    skip shellcheck "shellcheck is not installed"
fi

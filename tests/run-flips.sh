#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-flips.sh [NAME|CAPSULE...]: takes every single piece of evidence out of each
# vmcore written as text (tests/mkcore/flip.c lists them, and the PFNs that then
# have none) and looks that none of these PFNs is called valid. A wrong "valid:
# yes" is the gravest mistake zdm can make. What else it says is not judged.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

texts=tests/vmcores/text
tools=$B/tests
mkcore=("$tools/mkcore" -K tests/mkcore/kernels)

flip() {
    local stem=$1 spec=$2 rc=0 out opts=()
    shift 2
    while [ $# -gt 1 ]; do
        opts+=(-n "$1" "$2")
        shift 2
    done
    "${mkcore[@]}" -f "$spec" -l "$work/layout" -o "$work/core" "$texts/$stem.txt" 2>"$work/err" || {
        not_ok "flip/$stem/$spec" "cannot be made: $(cat "$work/err")"
        return
    }
    timeout 60 "$tools/core_ranges" -l "$work/layout" "$work/core" >"$work/ranges" 2>"$work/err" || rc=$?
    case $rc in
    4) ok "flip/$stem/$spec" ;; # refused to say anything
    0 | 1)
        if out=$("$tools/cmp_ranges" "${opts[@]}" - "$work/ranges" 2>&1); then
            ok "flip/$stem/$spec"
        else
            not_ok "flip/$stem/$spec" "$out"
        fi
        ;;
    *) not_ok "flip/$stem/$spec" "exit code $rc: $(head -c 300 "$work/err")" ;;
    esac
}

one() {
    local stem=$1 line
    "${mkcore[@]}" -L "$texts/$stem.txt" >"$work/flips" 2>"$work/err" || {
        not_ok "flip/$stem" "$(cat "$work/err")"
        return
    }
    while read -r -a line; do
        # A flip that no verdict depends on has no PFNs.
        [ ${#line[@]} -gt 2 ] || continue
        flip "$stem" "${line[@]}"
    done <"$work/flips"
    # The same the other way round: the library's own places, every read made to fail.
    "${mkcore[@]}" -l "$work/layout" -o "$work/core" "$texts/$stem.txt"
    fixture "$stem" "$work/core" "$work/layout"
}

# fixture NAME CORE [LAYOUT]
fixture() {
    timeout 600 "$tools/flip_fixture" "$@" >"$work/lines" 2>"$work/err" ||
        not_ok "fixture/$1" "$(head -c 300 "$work/err")"
    say_all <"$work/lines"
}

# Capsules of real dumps: nobody wrote down what lies where.
capsule() {
    local name=${1#tests/vmcores/}
    xz -dc "$1" >"$work/core"
    fixture "${name%.elf.xz}" "$work/core"
}

# The check itself must be able to fail: without a flip these PFNs are valid.
self_test() {
    "${mkcore[@]}" -l "$work/layout" -o "$work/core" "$texts/5.10-fsdax-dev.txt"
    "$tools/core_ranges" -l "$work/layout" "$work/core" >"$work/ranges" 2>"$work/err"
    if "$tools/cmp_ranges" -n 0x48600 0x58000 - "$work/ranges" >/dev/null; then
        not_ok flip/self-test "valid pages passed for invalid ones"
    else
        ok flip/self-test
    fi
}

if [ $# -gt 0 ]; then
    for name; do
        case $name in
        *.elf.xz) capsule "$name" ;;
        *) one "$name" ;;
        esac
    done
else
    self_test
    # Vmcores that are damaged already have little left to take.
    {
        find "$texts" -name '*.txt' ! -name 'hostile-*' ! -name 'missing-*' \
            ! -name 'contradiction-*' -printf '%f\n' | sed 's/\.txt$//'
        find tests/vmcores/[0-9]*/ -name '*.elf.xz' 2>/dev/null || true
    } | sort | xargs -r -P "$(nproc)" -n 2 tests/run-flips.sh >"$work/all"
    say_all <"$work/all"
fi

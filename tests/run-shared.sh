#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-shared.sh [NAME...]: real vmcores of kernels that the lab cannot boot (RHEL 8,
# Ubuntu 5.4 and 5.15, 4.14, 5.3), which lie outside of this tree, in ../shared/vmcores, with
# the layout file of each kernel. What to expect is tests/vmcores/shared/NAME.expected, written
# by hand from what was read of each kernel's memory with nm, pahole and a page walk
# (NAME.txt beside the dump). Skipped, by name, where a dump is not there.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

shared=../shared/vmcores
zdm=$B/zdm
core=$work/core

# NAME: sets layout; a kernel's name is the longest that NAME begins with
layout_of() {
    local l
    layout=
    for l in "$shared"/*.layout; do
        l=${l%.layout}
        case $1 in "${l##*/}"-*) [ ${#l} -lt ${#layout} ] || layout=$l ;; esac
    done
    layout=$layout.layout
}

ranges() {
    local name=$1 rc=0 out
    timeout 120 "$zdm" ranges --quiet --json --layout "$layout" "$core" >"$work/json" \
        2>"$work/err" || rc=$?
    if [ $rc -ne 0 ]; then
        not_ok "shared/$name" "exit code $rc: $(head -c 300 "$work/err")"
    elif out=$("$B/tests/cmp_ranges" -j "tests/vmcores/shared/$name.expected" "$work/json" 2>&1); then
        ok "shared/$name"
    else
        not_ok "shared/$name" "$out"
    fi
}

# The struct pages themselves do not contradict the verdicts.
check() {
    local rc=0
    timeout 120 "$zdm" check --quiet --layout "$layout" "$core" >"$work/out" 2>&1 || rc=$?
    if [ $rc -eq 0 ]; then ok "shared/$1/check"; else
        not_ok "shared/$1/check" "exit code $rc: $(tail -n 5 "$work/out")"; fi
}

# The oops of u54-f1-oops: the reserve in a section that RAM shares, which pfn_to_online_page()
# of before 5.12 calls online; see u54-f1-oops-console.txt beside the dump.
oops() {
    local how=$1 said
    shift
    said=$(timeout 120 "$zdm" oops --quiet --layout "$layout" "$@" "$core" 2>&1) || true
    if grep -Eq 'ffffea0001348000 .*pfn 0x4d200: reserved .*never initialised, first page of the altmap reserve' \
        <<<"$said"; then ok "shared/oops/$how"; else not_ok "shared/oops/$how" "$said"; fi
    if grep -q "pfn_to_online_page() says yes" <<<"$said" && ! grep -q "without pfn_to_online_page" <<<"$said"
    then ok "shared/oops/$how/online"; else not_ok "shared/oops/$how/online" "$said"; fi
}

one() {
    local name=$1
    if [ ! -e "$shared/$name.elf.xz" ]; then
        skip "shared/$name" "$shared/$name.elf.xz is not there"
        return
    fi
    xz -dc "$shared/$name.elf.xz" >"$core"
    layout_of "$name"
    ranges "$name"
    check "$name"
    if [ "$name" = u54-f1-oops ]; then
        oops registers
        oops text --text "$shared/$name-console.txt"
    fi
    rm -f "$core"
}

[ -x "$zdm" ] || { skip shared "$zdm is not built"; exit 0; }
if [ $# -gt 0 ]; then
    for name; do one "$name"; done
    exit 0
fi
for expected in tests/vmcores/shared/*.expected; do
    name=${expected##*/}
    one "${name%.expected}"
done
# a dump that came later and that nobody expects anything of must not pass for tested
for dump in "$shared"/*.elf.xz; do
    name=${dump##*/}
    [ ! -e "$dump" ] || [ -e "tests/vmcores/shared/${name%.elf.xz}.expected" ] ||
        not_ok "shared/${name%.elf.xz}" "nobody says what to expect"
done

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-shared.sh [NAME...]: real vmcores of kernels that the lab cannot boot (RHEL 8,
# Ubuntu 5.4 and 5.15, 4.14, 5.3, arm64 with pages of 64 KiB), which lie outside of this tree, in ../shared/vmcores, with
# the layout file of each kernel. What to expect is tests/vmcores/shared/NAME.expected, written
# by hand from what was read of each kernel's memory with nm, pahole and a page walk
# (NAME.txt beside the dump). Skipped, by name, where a dump is not there.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

shared=../shared/vmcores
zdm=$B/zdm
core=$work/core

# NAME: sets layout; a kernel's name is the longest that NAME begins with. None: BTF is in the dump.
layout_of() {
    local l best=
    layout=()
    for l in "$shared"/*.layout; do
        l=${l%.layout}
        case $1 in "${l##*/}"-*) [ ${#l} -lt ${#best} ] || best=$l ;; esac
    done
    [ -z "$best" ] || layout=(--layout "$best.layout")
}

ranges() {
    local name=$1 rc=0 out
    timeout 120 "$zdm" ranges --quiet --json "${layout[@]}" "$core" >"$work/json" \
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
    timeout 120 "$zdm" check --quiet "${layout[@]}" "$core" >"$work/out" 2>&1 || rc=$?
    if [ $rc -eq 0 ]; then ok "shared/$1/check"; else
        not_ok "shared/$1/check" "exit code $rc: $(tail -n 5 "$work/out")"; fi
}

# The oops of u54-f1-oops: the reserve in a section that RAM shares, which pfn_to_online_page()
# of before 5.12 calls online; see u54-f1-oops-console.txt beside the dump.
oops() {
    local how=$1 said
    shift
    said=$(timeout 120 "$zdm" oops --quiet "${layout[@]}" "$@" "$core" 2>&1) || true
    if grep -Eq 'ffffea0001348000 .*pfn 0x4d200: reserved .*never initialised, first page of the altmap reserve' \
        <<<"$said"; then ok "shared/oops/$how"; else not_ok "shared/oops/$how" "$said"; fi
    if grep -q "pfn_to_online_page() says yes" <<<"$said" && ! grep -q "without pfn_to_online_page" <<<"$said"
    then ok "shared/oops/$how/online"; else not_ok "shared/oops/$how/online" "$said"; fi
}

# A layout of another build, of the same release: refused in one line, and nothing dropped.
# Changed are the size of what the section table is made of, and its address. Where that
# shows only here and there (least exit code 1) there is a model, and one line.
foreign() {
    local what=$1 edit=$2 least=${3:-3} rc=0
    sed "$edit" "${layout[1]}" >"$work/foreign.layout"
    timeout 120 "$zdm" summary --layout "$work/foreign.layout" "$core" >"$work/out" 2>"$work/err" || rc=$?
    if [ $rc -ge "$least" ] && [ "$(wc -l <"$work/err")" -le 1 ] &&
        grep -Ehq 'another build|contradicts itself' "$work/err" "$work/out"; then
        ok "shared/foreign/$what"
    else
        not_ok "shared/foreign/$what" "exit code $rc: $(cat "$work/err")"
    fi
    rc=0
    timeout 120 "$zdm" carve --layout "$work/foreign.layout" "$core" "$work/carved" >"$work/out" 2>&1 || rc=$?
    if [ $rc -ge "$least" ] && { [ ! -e "$work/carved" ] || ! sed -n '/^Left out/,/^Kept/p' "$work/out" |
        grep -q '[0-9]'; }; then ok "shared/foreign/$what/carve"; else
        not_ok "shared/foreign/$what/carve" "exit code $rc: $(cat "$work/out")"; fi
    rm -f "$work/carved"
}

# NAME: into $core; sets why. Directories of names are "-": arm64-64k-of3 is arm64-64k/of3.
unpack() {
    local zst=$shared/arm64-64k/${1#arm64-64k-}.elf.zst
    why="$shared/$1.elf.xz is not there"
    case $1 in
    arm64-64k-*)
        why="$zst is not there"
        [ -e "$zst" ] || return 1
        why="zstd is not installed"
        zstd -q -d --sparse -f "$zst" -o "$core" 2>/dev/null
        ;;
    *) [ -e "$shared/$1.elf.xz" ] && xz -dc "$shared/$1.elf.xz" >"$core" ;;
    esac
}

one() {
    local name=$1
    if ! unpack "$name"; then
        skip "shared/$name" "$why"
        return
    fi
    layout_of "$name"
    ranges "$name"
    check "$name"
    if [ "$name" = u54-f1-oops ]; then
        oops registers
        oops text --text "$shared/$name-console.txt"
    fi
    case $name in
    414-c-fill)	# no VMCOREINFO: only the dump itself can tell
        foreign 414-section-size 's/^SIZE(mem_section)=.*/SIZE(mem_section)=32/'
        foreign 414-section-table 's/^SYMBOL(mem_section)=.*/SYMBOL(mem_section)=ffffffff81ab1240/'
        foreign 414-page-size 's/^SIZE(page)=.*/SIZE(page)=56/' 1 ;;
    u54-c-fill)
        foreign u54-section-size 's/^SIZE(mem_section)=.*/SIZE(mem_section)=32/; /^BUILD-ID/d'
        foreign u54-zone 's/^OFFSET(zone.spanned_pages)=.*/OFFSET(zone.spanned_pages)=8/' ;;
    esac
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
for dump in "$shared"/*.elf.xz "$shared"/arm64-64k/*.elf.zst; do
    name=${dump#"$shared"/}
    name=${name%.elf.*}
    [ ! -e "$dump" ] || [ -e "tests/vmcores/shared/${name//\//-}.expected" ] ||
        not_ok "shared/$name" "nobody says what to expect"
done

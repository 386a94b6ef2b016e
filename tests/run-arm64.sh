#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-arm64.sh [KERNEL/SCENARIO…]: the front ends on dumps of arm64, those in LABDIR that are there (all of
# them if none is named) and those with pages of 64 KiB in ../shared/vmcores. What zdm says of each must not depend
# on the way: QEMU's ELF, its kdump-compressed file with blocks of 64 KiB, a capsule, a layout file, GDB. Then an
# arm64 makedumpfile, under qemu-user, completes on a carved dump where it fails on the dump itself.
# ARM64_ROOT: where that lies with its libraries (LABDIR/cache/root-arm64, which the lab makes)
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tests/suite.sh
. tests/suite.sh

LABDIR=${LABDIR:-$B/lab}

root=${ARM64_ROOT:-$LABDIR/cache/root-arm64}

# same NAME FILE: as $work/ranges has it
same() {
    if cmp -s "$work/ranges" "$2"; then
        ok "$1"
    else
        not_ok "$1" "$(diff "$work/ranges" "$2" | head -n 4 | tr '\n' ';')"
    fi
}

# presence differs between a dump and its capsule's neighbourhood: the verdicts alone
verdicts() { awk '{ print $1, $2, $4, $5, $6, $8 }'; }

in_gdb() {
    if ! command -v gdb-multiarch >/dev/null; then
        skip "$1/gdb" "no gdb-multiarch here"
    elif [ ! -e "$B/libzdm-dumpfile.so" ]; then
        skip "$1/gdb" "make gdb"
    else
        timeout 120 gdb-multiarch -nx -batch -ex 'set architecture aarch64' -ex "core-file $2" \
            -ex 'source extensions/gdb/zdm-gdb.py' -ex 'zdm ranges' 2>"$work/err" |
            sed -n '/START_PFN/,$p' | verdicts >"$work/other" || true
        same "$1/gdb" "$work/other"
    fi
}

one() {
    local name=arm64/$1 dir=$LABDIR/$1 dump=dump.elf
    [ ! -e "$dir/vmcore" ] || dump=vmcore
    timeout 120 "$B/zdm" ranges -q "$dir/$dump" 2>"$work/err" | verdicts >"$work/ranges" || true
    if [ "$(wc -l <"$work/ranges")" -lt 3 ]; then
        not_ok "$name" "$(head -c 300 "$work/err")"
        return
    fi
    if [ -e "$dir/dump.kdump" ]; then
        "$B/zdm" ranges -q "$dir/dump.kdump" | verdicts >"$work/other" || true
        same "$name/kdump-64k-blocks" "$work/other"
    fi
    "$B/zdm" capsule -q -f "$dir/$dump" "$work/capsule" >/dev/null 2>&1 || true
    "$B/zdm" ranges -q "$work/capsule" | verdicts >"$work/other" || true
    same "$name/capsule" "$work/other"
    "$B/zdm" layout -q "$dir/$dump" >"$work/layout" 2>/dev/null || true
    "$B/zdm" ranges -q --layout "$work/layout" "$dir/$dump" | verdicts >"$work/other" || true
    same "$name/layout" "$work/other"
    # a contradiction would make it 1
    if out=$("$B/zdm" check -q "$dir/$dump" 2>&1) && grep -q '^contradict  *0' <<<"$out"; then
        ok "$name/check"
    else
        not_ok "$name/check" "$(head -c 300 <<<"$out")"
    fi
    in_gdb "$name" "$dir/$dump"
}

# makedumpfile FILE: 0: completes
makedumpfile_arm64() {
    qemu-aarch64-static -L "$root" "$root/usr/bin/makedumpfile" -f -l -d 31 "$1" "$work/small" >"$work/err" 2>&1
}

# of3-rm: a neighbour is gone, and struct pages are unmapped; of3: holes
carve() {
    local dump=../shared/vmcores/arm64-64k/$1.elf.zst name=arm64/makedumpfile/$1
    if ! command -v qemu-aarch64-static >/dev/null || [ ! -x "$root/usr/bin/makedumpfile" ]; then
        skip "$name" "no qemu-aarch64-static, or no arm64 makedumpfile in $root"
        return
    elif [ ! -e "$dump" ]; then
        skip "$name" "$dump is not there"
        return
    fi
    echo "# $(qemu-aarch64-static -L "$root" "$root/usr/bin/makedumpfile" -v | head -n 1)"
    zstd -dqcf "$dump" >"$work/dump"
    if [ "$2" != fails ]; then
        :
    elif makedumpfile_arm64 "$work/dump"; then
        not_ok "$name/stock" "completes: what is carve for?"
    else
        ok "$name/stock fails: $(grep -m 1 "Can't read" "$work/err")"
    fi
    "$B/zdm" carve -q -f "$work/dump" "$work/carved" >/dev/null 2>&1 || true
    if makedumpfile_arm64 "$work/carved"; then
        ok "$name/carved"
        # what it kept is what was there
        kept_as_it_was "$name"
    else
        not_ok "$name/carved" "$(tail -n 3 "$work/err")"
    fi
    rm -f "$work/dump" "$work/carved" "$work/small"
}

# A page that makedumpfile kept of the carved dump has the bytes of the dump itself: what zdm finds
# in both, the tables and struct pages that its verdicts stand on
kept_as_it_was() {
    "$B/zdm" ranges -q "$work/carved" | verdicts >"$work/ranges" || true
    "$B/zdm" ranges -q "$work/small" | verdicts >"$work/other" || true
    same "$1/verdicts" "$work/other"
}

if [ $# = 0 ]; then
    mapfile -t all < <(for k in $(awk -F"\t+" '!/^#/ && $6 == "arm64" { print $1 }' tests/vmcores/lab/kernels.tab); do
        find "$LABDIR/$k" -mindepth 2 -maxdepth 2 -name .done 2>/dev/null | sed "s#^$LABDIR/##; s#/\.done##"
    done | sort)
    [ ${#all[@]} -gt 0 ] || skip arm64 "no dump of arm64 in $LABDIR (make lab KERNEL=6.12-arm64 SCENARIO=split)"
    set -- "${all[@]}"
fi
for run; do
    one "$run"
done
carve of3-rm fails
carve of3 may

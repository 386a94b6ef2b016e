#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-fuzz.sh [SECONDS [NAME...]]: the shipped capsules and vmcores written
# as text, each damaged in memory again and again and analysed under ASan and UBSan
# (tests/fuzz/). Without SECONDS: a few fixed seeds each, the same every time. With
# it: other seeds, until the time is over. To see one again:
#   build/asan/fuzz [-l LAYOUT] -s SEED -n 1 VMCORE
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
shopt -s nullglob

budget=${1:-0}
shift $(($# > 0))
fuzz=$B/asan/fuzz
mkcore=("$B/tests/mkcore" -K tests/mkcore/kernels)
SEEDS=${SEEDS:-25}
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:max_allocation_size_mb=256
export UBSAN_OPTIONS=print_stacktrace=1

[ -x "$fuzz" ] || { skip fuzz "$fuzz is not built"; exit 0; }

# Names as the seeds depend on them: KERNEL-SCENARIO, text-NAME.
prepare() {
    local file name
    for file in tests/vmcores/[0-9]*/*.elf.xz; do
        name=${file#tests/vmcores/}
        name=${name%.elf.xz}
        xz -dc "$file" >"$work/${name/\//-}"
    done
    for file in tests/vmcores/text/*.txt; do
        name=${file##*/}
        name=text-${name%.txt}
        "${mkcore[@]}" -l "$work/$name.layout" -o "$work/$name" "$file" 2>"$work/err" ||
            not_ok "fuzz/$name" "$(cat "$work/err")"
    done
}

# one CORE FUZZ-OPTIONS...
one() {
    local core=$1 rc=0
    shift
    [ ! -e "$core.layout" ] || set -- -l "$core.layout" "$@"
    "$fuzz" "$@" "$core" >"$core.out" 2>"$core.err" || rc=$?
    # with a time to fill, many turns are one test
    [ "$budget" -eq 0 ] || sed -i '/^ok /d' "$core.out"
    say_all <"$core.out"
    tail -1 "$core.err" >>"$work/figures"
    if [ $rc -ne 0 ]; then
        head -60 "$core.err" >&2
        # main.c prints its own line for every seed that fails
        [ $rc -eq 1 ] || not_ok "fuzz/${core##*/}" "exit code $rc: $(head -3 "$core.err")"
    fi
}

prepare
cores=()
if [ $# -gt 0 ]; then
    for name; do cores+=("$work/$name"); done
else
    for core in "$work"/[0-9]*-* "$work"/text-*; do
        case $core in *.layout) ;; *) cores+=("$core") ;; esac
    done
fi
if [ "$budget" -eq 0 ]; then
    for core in "${cores[@]}"; do one "$core" -n "$SEEDS"; done
else
    first=$(date +%s)000
    echo "seeds from $first on" >&2
    end=$((SECONDS + budget)) turn=0
    while [ $SECONDS -lt $end ]; do
        for core in "${cores[@]}"; do
            [ $SECONDS -lt $end ] || break
            one "$core" -s $((first + turn * 1000)) -n 1000 -t $((end - SECONDS))
        done
        turn=$((turn + 1))
    done
    # what has not failed so far has not failed
    ok "fuzz/$budget-seconds"
    awk '{ seeds += $2; models += $4; if ($7 > slow) { slow = $7; which = $1 $8 $9 } }
        END { print seeds " seeds, " models " models; slowest " slow " s: " which }' "$work/figures" >&2
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# run-matrix.sh [KERNEL…]: every scenario of the lab on 6.1, the newest kernel and those of which nothing but
# vmlinuz is served, a chosen set on the others; each dump in each format compared PFN for PFN with the
# kernel's testimony.
#   MATRIX_ONLY=there   takes the dumps that are in LABDIR and makes none; of a guest that is not, the
#                       capsule of its dump in tests/vmcores, with the testimony that is kept beside it
# Prints a line a dump as the other suites do, and writes docs/matrix.md and README's table of kernels.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
export LABDIR=${LABDIR:-$B/lab}
table=$B/matrix.tsv
lab=tests/vmcores/lab

rows() { grep -v '^#' "$1" | cut -f1 | grep . ; }
# of amd64, and of each other machine, its own table of scenarios
newest=$(rows $lab/kernels.tab | grep -v -- - | sort -V | tail -1)
kernels=("$@")
[ $# -gt 0 ] || mapfile -t kernels < <(rows $lab/kernels.tab)
kdumps=(fsdax-dev+kdump split+kdump collision+kdump)
# each form of dump that the QEMU of Debian 12 and 13 has
forms=(fsdax-dev@bookworm fsdax-dev@trixie)
chosen=(ram fsdax-mem fsdax-dev devdax-mem devdax-dev split collision hole offline boothole kaslr la57
    online-offline kmem case4-a case4-b case4-c case4-d teardown-a teardown-c collision-disabled
    hmem hmem-gone hmem-after-single mod-early mod-early-gone
    "${kdumps[@]}")

# of which neither headers nor modules are served: most of the chosen set cannot be shown there
is_bare() {
    awk -v k="$1" '$1 == k && $3 ~ /^linux-binary/ && $4 == "image" { found = 1 } END { exit !found }' $lab/kernels.tab
}

scenarios_of() {
    if [[ $1 == *-arm64* ]]; then
        rows $lab/scenarios-arm64.tab
        printf '%s\n' fsdax-dev+kdump split+kdump collision+kdump
    elif [ "$1" = 6.1 ] || [ "$1" = "$newest" ] || is_bare "$1"; then
        rows $lab/scenarios.tab
        printf '%s\n' "${kdumps[@]}" "${forms[@]}"
    else
        printf '%s\n' "${chosen[@]}"
    fi
}

# there KERNEL: what there is of it beyond that, as a run of the lab or as a capsule
there() {
    local path name base known
    known=" $(rows $lab/scenarios.tab | tr '\n' ' ')"
    for path in "$LABDIR/$1"/*/.done tests/vmcores/"$1"/*.elf.xz; do
        name=${path%/.done}
        name=${name##*/}
        name=${name%.elf.xz}
        base=${name%@*}
        [[ ! -e $path || $known != *" ${base%+kdump} "* ]] || echo "$name"
    done
}

record() { printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$table.new"; }

# compare KERNEL SCENARIO DUMP FILE WITNESS [zdm options]
compare() {
    local kernel=$1 scenario=$2 dump=$3 file=$4 witness=$5 rc=0 out
    local name=matrix/$kernel/$scenario/$dump
    shift 5
    timeout 600 "$B/zdm" ranges --quiet --json "$@" "$file" >"$work/json" 2>"$work/err" || rc=$?
    if [ $rc -gt 1 ]; then
        not_ok "$name" "exit code $rc: $(head -c 300 "$work/err")"
        record "$kernel" "$scenario" "$dump" 0 fail
        return
    fi
    if out=$(tests/lab-judge.sh "$witness" "$work/json" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$out"
    fi
    [[ ${out##*$'\n'} =~ ^([0-9]+)\ PFNs\ compared,\ ([0-9]+)\ disagree ]] ||
        { not_ok "$name" "no count: $out"; return; }
    record "$kernel" "$scenario" "$dump" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# guest KERNEL SCENARIO EXPECTED TESTIMONY: what is recorded of it once
guest() {
    cut -d' ' -f3 "$3" | sort -u | while read -r class; do
        record "$1" "$2" "class" "$class" 0
    done
    record "$1" "$2" release "$(sed -n 's/^release //p' "$4")" 0
}

run_one() {
    local kernel=$1 scenario=$2 dir=$LABDIR/$1/$2 stem=tests/vmcores/$1/$2 dump opts=()
    if [ ! -e "$dir/.done" ] && [ "${MATRIX_ONLY:-}" = there ] && [ -e "$stem.elf.xz" ]; then
        guest "$kernel" "$scenario" "$stem.expected" "$stem.testimony"
        xz -dc "$stem.elf.xz" >"$work/capsule"
        compare "$kernel" "$scenario" capsule "$work/capsule" "$stem"
        return
    elif [ ! -e "$dir/.done" ] && [ "${MATRIX_ONLY:-}" = there ]; then
        ! grep -qxF "$scenario" "$work/cannot" || record "$kernel" "$scenario" - 0 "cannot"
        return
    elif [ ! -e "$dir/.done" ] && ! $lab/lab.sh run "$kernel" "$scenario" >"$work/lab" 2>&1; then
        if grep -q 'cannot show' "$work/lab"; then
            record "$kernel" "$scenario" - 0 "cannot"
        else
            not_ok "matrix/$kernel/$scenario" "the lab could not make it: $(tail -3 "$work/lab")"
            record "$kernel" "$scenario" - 0 fail
        fi
        return
    fi
    guest "$kernel" "$scenario" "$dir/expected.txt" "$dir/testimony.txt"
    mapfile -t opts < <(tests/lab-layout.sh "$dir")
    for dump in "$dir"/dump.* "$dir"/vmcore "$dir"/vmcore.makedumpfile; do
        [ ! -s "$dump" ] || compare "$kernel" "$scenario" "${dump##*/}" "$dump" "$dir" "${opts[@]}"
    done
}

mkdir -p "$B"
: >"$table.new"
for kernel in "${kernels[@]}"; do
    mapfile -t scenarios < <({ scenarios_of "$kernel"; there "$kernel"; } | awk '!seen[$0]++')
    : >"$work/cannot"
    [ "${MATRIX_ONLY:-}" != there ] || [ ! -e "$LABDIR/cache/$kernel/release" ] ||
        $lab/lab.sh fits "$kernel" "${scenarios[@]}" 2>&1 | sed -n "s/.*cannot show '\([^']*\)'.*/\1/p" >"$work/cannot" || true
    for scenario in "${scenarios[@]}"; do
        run_one "$kernel" "$scenario"
    done
done
mv "$table.new" "$table"
tests/matrix-table.sh "$table" "${MATRIX_ONLY:+MATRIX_ONLY=$MATRIX_ONLY }tests/run-matrix.sh${*:+ $*}"

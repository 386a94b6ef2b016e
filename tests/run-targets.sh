#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-targets.sh [SECONDS [NAME...]]: the libFuzzer targets of tests/fuzz/target.
# Without SECONDS: every input of the corpus once, through the targets as gcc builds them
# with ASan and UBSan. With it: the corpus, then new inputs, until the time is over; all
# targets in turn, ROUND seconds each, one process. What is new is kept in $B/fuzz/corpus,
# what failed in $B/fuzz/found, and $B/fuzz/log has a line for each turn:
#   NAME EXECUTIONS SECONDS EDGES CORPUS FINDINGS
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
: "${work:?}"
shopt -s nullglob

budget=${1:-0}
shift $(($# > 0))
corpus=tests/fuzz/corpus
dir=$B/fuzz
# A leak is a finding; memory and time are looked at by the targets themselves, more closely.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:max_allocation_size_mb=256:detect_odr_violation=0
export UBSAN_OPTIONS=print_stacktrace=1

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(sed -n 's/^TARGET(\(.*\))/\1/p' tests/fuzz/target/targets.def)

# seed NAME: the corpus of the tree, where the fuzzer finds it; new ones of past runs stay
seed() {
    mkdir -p "$dir/corpus/$1" "$dir/found"
    [ ! -e "$corpus/$1.tar.xz" ] || tar -xJf "$corpus/$1.tar.xz" -C "$dir/corpus/$1"
}

# replay NAME: one process for all inputs; the last name on standard error is the one that fell
replay() {
    local name=$1 rc=0 inputs
    mkdir -p "$work/$name"
    [ ! -e "$corpus/$name.tar.xz" ] || tar -xJf "$corpus/$name.tar.xz" -C "$work/$name"
    inputs=("$work/$name"/*)
    [ ${#inputs[@]} -gt 0 ] || { not_ok "corpus/$name" "there is none"; return; }
    "$B/asan/replay/$name" "${inputs[@]}" >"$work/out" 2>"$work/err" || rc=$?
    if [ $rc -eq 0 ]; then ok "corpus/$name"; else
        not_ok "corpus/$name" "exit code $rc: $(grep "^$work" "$work/err" | tail -1) $(grep -m 3 -E \
            'ERROR|runtime error|SUMMARY' "$work/err")"; fi
}

files_in() { find "$1" -type f | wc -l; }

# turn NAME SECONDS: the log's line; what falls is kept and said
turn() {
    local name=$1 seconds=$2 rc=0 before after execs edges start=$SECONDS
    before=$(files_in "$dir/found")
    "$dir/$name" -max_total_time="$seconds" -print_final_stats=1 -timeout=60 -rss_limit_mb=2048 \
        -report_slow_units=1000 -artifact_prefix="$dir/found/$name-" "$dir/corpus/$name" \
        >"$work/out" 2>&1 </dev/null || rc=$?
    execs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/out")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$work/out" | tail -1)
    after=$(files_in "$dir/found")
    printf '%s %s %s %s %s %s\n' "$name" "${execs:-0}" $((SECONDS - start)) "${edges:-0}" \
        "$(files_in "$dir/corpus/$name")" $((after - before)) >>"$dir/log"
    [ $rc -ne 0 ] || return 0
    cp "$work/out" "$dir/last-of-$name"
    not_ok "fuzz/$name" "exit code $rc: $(grep -m 3 -E 'ERROR|runtime error|SUMMARY|Test unit written' \
        "$work/out")"
}

if [ "$budget" -eq 0 ]; then
    for name in "${names[@]}"; do
        [ -x "$B/asan/replay/$name" ] || { not_ok "corpus/$name" "$B/asan/replay/$name is not built"; continue; }
        replay "$name"
    done
    exit
fi
for name in "${names[@]}"; do seed "$name"; done
end=$((SECONDS + budget)) each=$((budget / ${#names[@]}))
round=${ROUND:-60}
[ $each -ge 1 ] || each=1
[ $each -le "$round" ] || each=$round
while [ $SECONDS -lt $end ]; do
    for name in "${names[@]}"; do
        left=$((end - SECONDS))
        [ $left -gt 0 ] || break
        turn "$name" $((left < each ? left : each))
    done
done
# what has not failed so far has not failed
ok "fuzz/$budget-seconds"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bench/makedumpfile.sh KERNEL/SCENARIO...: a table of the lab's dumps and the ways to
# filter them (tests/frontends/makedumpfile-ways.sh, which says what is compared
# and with which binaries): exit code, pages kept by class, size, seconds, CPU
# seconds (medians of ROUNDS, 3, the ways taking turns). What it asserts of them is
# counted below the table. Then, for each KERNEL/ram: what the filter costs where there
# is nothing to filter (MAKEDUMPFILE with and without --no-memmap-filter in turns,
# medians of RAM_ROUNDS, 31), which may be 2 % of wall time; on a busy machine, where
# only the CPU seconds mean something, of these. Exit code 1: something failed.
set -eu
cd "$(dirname "$0")/.."
: "${B:=build}" "${LABDIR:=$B/lab}" "${RAM_ROUNDS:=31}"
export ROUNDS=${ROUNDS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/zdm-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TABLE=$work/rows
failed=0
touch "$work/rows" "$work/said"

for s; do
    KERNEL=${s%%/*} MDF_SCENARIOS=${s#*/} tests/frontends/makedumpfile-ways.sh >>"$work/said"
done
awk -v cpu=1 -f bench/makedumpfile.awk "$work/rows"
echo
grep -v '^ok ' "$work/said" || true
awk '{ n[$1]++ } END { printf "%d assertions hold, %d do not\n", n["ok"], n["not"]; exit n["not"] > 0 }' \
    "$work/said" || failed=1

column() { awk -v c="$2" '{ print c == 1 ? $1 : $2 + $3 }' "$1" | sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }

TIMEFORMAT='%R %U %S'
for s; do
    if [ "${s#*/}" != ram ] || [ -z "${MAKEDUMPFILE:-}" ]; then continue; fi
    for opts in "-l -d 31" "-d 31" "-c -d 31"; do
        rm -f "$work"/{off,on}
        read -ra args <<<"$opts"
        for ((i = 0; i < RAM_ROUNDS; i++)); do
            rm -f "$work/out"
            { time "$MAKEDUMPFILE" --no-memmap-filter "${args[@]}" "$LABDIR/$s/dump.elf" "$work/out" \
                >/dev/null 2>&1; } 2>>"$work/off"
            rm -f "$work/out"
            { time "$MAKEDUMPFILE" "${args[@]}" "$LABDIR/$s/dump.elf" "$work/out" >/dev/null 2>&1; } 2>>"$work/on"
        done
        awk -v s="$s" -v o="$opts" -v a="$(column "$work/off" 1)" -v b="$(column "$work/on" 1)" \
            -v c="$(column "$work/off" 2)" -v d="$(column "$work/on" 2)" 'BEGIN {
            printf "%s %s: %.3f s without, %.3f with the filter, ratio %.3f; CPU %.3f, %.3f, ratio %.3f: %s\n",
                s, o, a, b, b / a, c, d, d / c, b / a <= 1.02 ? "pass" : d / c <= 1.02 ? "pass by CPU seconds" : "FAIL"
            exit b / a > 1.02 && d / c > 1.02 }' || failed=1
    done
done
exit $failed

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# crash-start.sh [VMLINUX DUMP]: what `extend zdm.so` and `zdm` add to the time
# crash itself takes to start on the same dump. Runs take turns; medians of
# elapsed and of processor time (which says more where others use the machine).
#   RUNS (9), CRASH (crash), ZDM_SO (build/crash/zdm.so), LABDIR (build/lab)
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}
LABDIR=${LABDIR:-$B/lab}
ZDM_SO=$(realpath "${ZDM_SO:-$B/crash/zdm.so}")
vmlinux=${1:-$LABDIR/cache/6.1/vmlinux}
dump=${2:-$LABDIR/6.1/fsdax-dev/dump.elf}
read -ra crash <<<"${CRASH:-crash}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for f in "$ZDM_SO" "$vmlinux" "$dump"; do
    [ -e "$f" ] || { echo "crash-start: no $f" >&2; exit 1; }
done

echo quit >"$work/plain.in"
printf 'extend %s\nzdm\nquit\n' "$ZDM_SO" >"$work/zdm.in"
TIMEFORMAT='%R %U %S'
once() { # KIND
    { time "${crash[@]}" -s -i "$work/$1.in" "$vmlinux" "$dump" </dev/null >"$work/out" 2>&1; } 2>"$work/time"
    awk '{ print $1, $2 + $3 }' "$work/time" >>"$work/$1.times"
}
once plain && once zdm    # the files are in memory from here on
grep -q '^CLASS' "$work/out" || { echo "crash-start: zdm says nothing:" >&2; cat "$work/out" >&2; exit 1; }
rm "$work"/*.times
for ((i = 0; i < ${RUNS:-9}; i++)); do
    once plain
    once zdm
done

median() { # KIND COLUMN
    awk -v c="$2" '{ print $c }' "$work/$1.times" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
printf '%-9s %12s %12s %8s\n' '' 'crash [s]' '+ zdm [s]' 'adds'
for what in 'elapsed 1' 'cpu 2'; do
    read -r label column <<<"$what"
    a=$(median plain "$column") b=$(median zdm "$column")
    awk -v l="$label" -v a="$a" -v b="$b" \
        'BEGIN { printf "%-9s %12.2f %12.2f %7.1f%%\n", l, a, b, (b - a) * 100 / a }'
done

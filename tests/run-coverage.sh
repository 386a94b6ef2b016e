#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-coverage.sh FLOOR UNIT-TEST...: what of lib/ and dumpfile/ the unit tests, the
# corpus of the fuzz targets, the vmcores written as text and the command line's suites run.
# $B/cov/report.txt says it file by file, $B/cov/lines shows the lines. Fails below FLOOR
# lines in a hundred, and names files of which nothing is run. mk/testlines.mk builds it.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
: "${work:?}"
shopt -s nullglob

floor=$1
shift
cov=$(realpath "$B")/cov
raw=$cov/raw
# Of one program all runs go into a few files.
export LLVM_PROFILE_FILE=$raw/%4m.profraw
llvm_cov=${LLVM_COV:-llvm-cov} profdata=${LLVM_PROFDATA:-llvm-profdata}
for tool in "$llvm_cov" "$profdata"; do
    command -v "$tool" >/dev/null || { skip coverage "no $tool"; exit 0; }
done

rm -rf "$raw"
mkdir -p "$raw" "$cov/tests"
for file in "$B"/tests/*; do ln -sfn "$(realpath "$file")" "$cov/tests/"; done

# What the suites find is their own affair: here it only counts what they run.
exercise() {
    local suite=$1
    shift
    B=$cov ZDM=$cov/zdm "$suite" "$@" >"$work/lines" 2>&1 || true
    printf '%s: %d ok, %d not\n' "$suite" "$(grep -c '^ok ' "$work/lines")" \
        "$(grep -c '^not ok ' "$work/lines")" >&2
}
exercise tests/run-unit.sh cov "$@"
exercise tests/run-targets.sh
exercise tests/run-text.sh
for suite in tests/cli/*.sh; do
    # the sweeps start a program thousands of times
    case $suite in */lib.sh | */hostile.sh | */install.sh | */exec.sh) continue ;; esac
    exercise "$suite"
done

"$profdata" merge -sparse -o "$cov/all.profdata" "$raw"/*.profraw
objects=()
for program in "$cov/asan/replay/target" "$cov/asan/core_ranges" "$@"; do objects+=(-object "$program"); done
files=(lib/*/*.c lib/*/*/*.c dumpfile/*.c)
report() { "$llvm_cov" "$1" -instr-profile "$cov/all.profdata" "$cov/zdm" "${objects[@]}" "${@:2}"; }
report report "${files[@]}" 2>/dev/null >"$cov/report.txt"
report show "${files[@]}" 2>/dev/null >"$cov/lines"

# File, regions, missed, cover, functions, missed, executed, lines, missed, cover
awk 'NF >= 10 && $10 ~ /%$/ { sub(/%/, "", $10); print $10, $8 - $9, $8, $1 }' "$cov/report.txt" |
    sort -n >"$work/files"
head -20 "$work/files" | sed 's/^/    /' >&2
percent=$(awk '$4 == "TOTAL" { print $1 }' "$work/files")
zero=$(awk '$2 == 0 { print $4 }' "$work/files" | tr '\n' ' ')
if awk "BEGIN { exit !($percent >= $floor) }"; then ok "coverage/$percent-of-100-lines"; else
    not_ok coverage/lines "$percent % of the lines are run, $floor are asked for"; fi
if [ -z "$zero" ]; then ok coverage/each-file; else
    not_ok coverage/each-file "nothing is run of $zero"; fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the judge of real dumps (lab-judge.sh, lab/expect.py) can fail: what agrees passes, and each kind of
# error is planted once. Without this an empty list of what may never be valid would pass for a proof.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

stem=$work/case

# expected ROW…, said ROW…: START END CLASS VALID, from 0 on: what the testimony gives, and what zdm said
expected() { printf '%s\n' "$@" >"$stem.expected"; }
said() {
    printf '%s\n' "$@" | awk 'BEGIN { printf "{\"ranges\":[" }
        { printf "%s{\"start_pfn\":%d,\"end_pfn\":%d,\"class\":\"%s\",\"valid\":\"%s\",\"memmap\":\"ram\",\"in_dump\":\"yes\"}",
            (NR > 1 ? "," : ""), $1, $2, $3, $4 } END { print "]}" }' >"$stem.json"
}

# verdict NAME RC [WORDS]: how the judge ends, and what it has to say
verdict() {
    local rc=0 out
    out=$(tests/lab-judge.sh "$stem" "$stem.json" 2>&1) || rc=$?
    if [ $rc = "$2" ] && grep -q "${3:-compared}" <<<"$out"; then
        ok "judge/$1"
    else
        not_ok "judge/$1" "exit code $rc: $out"
    fi
}

good=("0 100 online yes" "100 200 device yes" "200 300 hole no")
expected "${good[@]}"
said "${good[@]}"
verdict agrees 0 '300 PFNs compared, 0 disagree'
said "0 100 online yes" "100 200 pending yes" "200 300 hole no"
verdict class 1 '300 PFNs compared, 100 disagree'
said "0 100 online yes" "100 200 device no" "200 300 hole no"
verdict validity 1 '300 PFNs compared, 100 disagree'
said "0 100 online yes" "100 200 device unknown" "200 300 hole no"
verdict unknown 1 '300 PFNs compared, 100 disagree'
said "0 100 online yes" "100 300 device yes"
verdict bounds 1 '300 PFNs compared, 100 disagree'

# The testimony and zdm agree, and the bytes are against both of them
said "${good[@]}"
echo "150 160" >"$stem.never"
verdict bytes 1 '300 PFNs compared, 10 disagree'
echo "200 300" >"$stem.never"
verdict bytes-of-invalid 0 '300 PFNs compared, 0 disagree'
rm "$stem.never"

# No list, only the testimony
run() { echo "run 110 120 present=1 pfn_valid=1 online=0 $*" >"$stem.testimony"; }
run "pgmap=0xffff888000000000 zone=4 node=0 bytes=fill:5a"
verdict testimony-fill 1 '300 PFNs compared, 10 disagree'
run "pgmap=0xffff888000000000 zone=4 node=0 bytes=zero"
verdict testimony-zero 1 '300 PFNs compared, 10 disagree'
run "pgmap=0xffff888000000000 zone=1 node=0 bytes=selflist"
verdict testimony-zone 1 '300 PFNs compared, 10 disagree'
run "pgmap=0xffff888000000000 zone=4 node=0 bytes=pgmap"
verdict testimony-good 0 '300 PFNs compared, 0 disagree'

# expect.py: witnesses that contradict each other give no expectation
machine() {
    rm -rf "$work/lab"
    mkdir -p "$work/lab/memsave"
    printf '%s\n' "zdm-testimony 1" "release 6.1.0" "page_size 4096" "section_pages 32768" "sizeof_page 64" \
        "vmemmap 0xffffea0000000000" "end_pfn 32768" "section 0 0xffffea0000000003 0xffffffffffffffff" \
        "run 0 32768 present=1 pfn_valid=1 online=0 pgmap=0xffff888000000000 zone=4 node=0 bytes=$1" \
        >"$work/lab/testimony.txt"
    printf '%s\n' "zdm-state 1" "### iomem" "### block-size" 8000000 "### memory-blocks" "### nd-namespaces" \
        "### nd-pfn" "### facts" >"$work/lab/state.txt"
    : >"$work/lab/memsave/index"
    if [ -n "${2:-}" ]; then
        echo "0 1 ok" >"$work/lab/memsave/index"
        printf "$2%.0s" {1..8} >"$work/lab/memsave/pfn-0.bin"
    fi
}
witnesses() {
    local rc=0 out
    out=$(python3 tests/vmcores/lab/expect.py "$work/lab" 2>&1) || rc=$?
    if [ $rc = "$2" ] && { [ $rc = 0 ] || [ ! -e "$work/lab/expected.txt" ]; }; then
        ok "judge/expect/$1"
    else
        not_ok "judge/expect/$1" "exit code $rc: $out"
    fi
}
machine pgmap
witnesses agree 0
machine fill:5a
witnesses device-of-fill 1
machine zero
witnesses device-of-zero 1
machine pgmap 'ZZZZZZZZ'
witnesses memsave 1

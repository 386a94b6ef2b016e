#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lab-judge.sh DIR JSON: what `zdm ranges --json` said (JSON) against what the kernel of the lab's run in DIR
# testified, PFN for PFN: class and validity; and, whatever is expected, against the bytes of the
# struct pages (never.txt). Prints the differences and the count. DIR may be the stem of a capsule's files.
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
B=${B:-build}

# A capsule of before never.txt: as far as the testimony tells. Zone 4 is ZONE_DEVICE (lab/expect.py).
never_of() {
    [ ! -e "$1" ] || awk '$1 == "run" && $5 == "pfn_valid=1" && ($10 ~ /^bytes=(zero|fill:)/ ||
        ($7 != "pgmap=0" && $8 != "zone=4")) { print $2, $3 }' "$1"
}

if [ -d "$1" ]; then
    expected=$1/expected.txt never=$1/never.txt
    # a run of a lab before never.txt: the witnesses are all there
    [ -e "$never" ] || python3 "$tests/vmcores/lab/expect.py" "$1"
else
    expected=$1.expected never=$1.never
    if [ ! -e "$never" ]; then
        exec 3< <(never_of "$1.testimony")
        never=/dev/fd/3
    fi
fi
exec "$B/tests/cmp_ranges" -j -x "$never" "$expected" "$2"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: dumps that end too early, as a full disk leaves them. A dump of each form is cut
# at 50 places, 30 of them in its first twentieth, where the structures stand; of what remains zdm must say nothing that the whole dump does not give:
# no verdict yes or no of any PFN that differs. It ends by itself with a documented code,
# and what it has to say of the damage fits a screen.
# With LABDIR also up to CUTS_LAB (2) real dumps of it.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
shopt -s nullglob

tools=$B/tests
cuts=50
screen=25

[ -x "$B/zdm" ] || { skip cuts "$B/zdm is not built"; exit 0; }

# zdm_ranges FILE JSON [OPTION...]: sets rc; messages in $work/err
zdm_ranges() {
    local file=$1 json=$2
    shift 2
    rc=0
    timeout 60 "$B/zdm" ranges --json "$@" "$file" >"$json" 2>"$work/err" || rc=$?
}

# judge: what is wrong with the cut that zdm_ranges has read, or nothing
judge() {
    local out lines
    lines=$(wc -l <"$work/err")
    if [ "$lines" -gt $screen ]; then
        printf '%s lines of messages: %s' "$lines" "$(head -c 300 "$work/err")"
    elif [ $rc -gt 4 ]; then
        printf 'exit code %s: %s' $rc "$(head -c 300 "$work/err")"
    elif [ $rc -ge 2 ]; then
        [ "$lines" -ge 1 ] || printf 'exit code %s without a word' $rc
    elif ! out=$("$tools/cmp_ranges" -js "$work/whole" "$work/part" 2>&1); then
        printf '%s' "$out"
    fi
}

# places SIZE: where to cut, from the end on
places() {
    local i first=$(($1 / 20)) rest
    rest=$(($1 - first))
    for ((i = 19; i >= 0; i--)); do echo $((first + rest * i / 20)); done
    for ((i = cuts - 21; i >= 0; i--)); do echo $((first * i / (cuts - 20))); done
}

# cut_in_steps NAME FILE [OPTION...]: FILE is cut from its end on, and gone then
cut_in_steps() {
    local name=$1 file=$2 at bad said=0
    shift 2
    zdm_ranges "$file" "$work/whole" "$@"
    if [ $rc -gt 1 ]; then
        not_ok "cuts/$name" "the whole dump gives exit code $rc: $(head -c 300 "$work/err")"
        return
    fi
    for at in $(places "$(stat -c %s "$file")"); do
        truncate -s "$at" "$file"
        zdm_ranges "$file" "$work/part" "$@"
        bad=$(judge)
        if [ -n "$bad" ]; then
            not_ok "cuts/$name" "cut at byte $at: $bad"
            return
        fi
        [ $rc -gt 1 ] || said=$((said + 1))
    done
    ok "cuts/$name ($said of $cuts still say something)"
}

text=6.1-lure
if "$tools/mkcore" -K tests/mkcore/kernels -l "$work/layout" -o "$work/elf" \
    "tests/vmcores/text/$text.txt" 2>"$work/err"; then
    "$tools/dumpconv" kdump-raw "$work/elf" "$work/kdump"
    "$tools/dumpconv" flat "$work/kdump" "$work/flat"
    for form in elf kdump flat; do
        cut_in_steps "$form" "$work/$form" --layout "$work/layout"
        rm -f "$work/$form"
    done
else
    not_ok cuts "$(cat "$work/err")"
fi

for capsule in tests/vmcores/6.1/split.elf.xz tests/vmcores/7.3/split.elf.xz; do
    if [ -e "$capsule" ]; then
        xz -dc "$capsule" >"$work/capsule"
        cut_in_steps "capsule" "$work/capsule"
        break
    fi
done

[ -n "${LABDIR:-}" ] || { skip cuts/lab "LABDIR is not set"; exit 0; }
n=0
for dump in "$LABDIR"/*/*/dump.elf "$LABDIR"/*/*/dump.kdump; do
    [ $n -lt "${CUTS_LAB:-2}" ] || break
    cp --sparse=always "$dump" "$work/lab"
    cut_in_steps "lab/${dump#"$LABDIR"/}" "$work/lab"
    n=$((n + 1))
done
[ $n -gt 0 ] || skip cuts/lab "no dumps in LABDIR"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: dumps that end too early, as a full disk leaves them. A dump of each form is cut
# at 60 places, 30 of them in its first twentieth, where the structures stand, and 10 close to its end, as the
# section table lies at the end of RAM; of what remains zdm must say nothing that the whole dump does not give:
# no verdict yes or no of any PFN that differs. It ends by itself with a documented code,
# and what it has to say of the damage fits a screen, no line of it twice. The capsule of make demo, which is
# nothing but structures, is cut at 200, half of them in its last tenth. The same of capsules of real dumps without the pages that
# pgmaps and their look-up are in; and where struct pages are stored may then only become unknown.
# With LABDIR also real dumps, of up to CUTS_LAB (2) kernels.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
shopt -s nullglob

tools=$B/tests
cuts=60
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
    elif [ -n "$(sort "$work/err" | uniq -d)" ]; then
        printf 'said twice: %s' "$(sort "$work/err" | uniq -d | head -n 1)"
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
    for ((i = 0; i < 10; i++)); do echo $(($1 - 4 ** i * 100 < first ? first : $1 - 4 ** i * 100)); done
    for ((i = 19; i >= 0; i--)); do echo $((first + rest * i / 20)); done
    for ((i = cuts - 31; i >= 0; i--)); do echo $((first * i / (cuts - 30))); done
}

# evenly SIZE: the same, of a capsule, whose section table ends up at its end
evenly() {
    local i last=$(($1 / 10))
    for ((i = 99; i >= 0; i--)); do echo $(($1 - last + last * i / 100)); done
    for ((i = 99; i >= 0; i--)); do echo $((($1 - last) * i / 100)); done
}

# cut_in_steps NAME FILE [OPTION...]: FILE is cut from its end on, and gone then
cut_in_steps() {
    local name=$1 file=$2 at bad said=0 tried=0
    shift 2
    zdm_ranges "$file" "$work/whole" "$@"
    if [ $rc -gt 1 ]; then
        not_ok "cuts/$name" "the whole dump gives exit code $rc: $(head -c 300 "$work/err")"
        return
    fi
    for at in $(${how:-places} "$(stat -c %s "$file")" | sort -rnu); do
        truncate -s "$at" "$file"
        zdm_ranges "$file" "$work/part" "$@"
        bad=$(judge)
        if [ -n "$bad" ]; then
            not_ok "cuts/$name" "cut at byte $at: $bad"
            return
        fi
        tried=$((tried + 1))
        [ $rc -gt 1 ] || said=$((said + 1))
    done
    ok "cuts/$name ($said of $tried still say something)"
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

demo=$(sed -n 's/^DEMO *:*= *//p' mk/demo.mk)
if xz -dc "$demo.elf.xz" >"$work/capsule" 2>"$work/err"; then
    how=evenly cut_in_steps capsule "$work/capsule"
else
    not_ok cuts/capsule "$(cat "$work/err")"
fi

# without_pgmaps NAME ELF [OPTION...]: each page of pgmaps and of their look-up in turn is not in the dump
without_pgmaps() {
    local name=$1 file=$2 where bad n=0
    shift 2
    zdm_ranges "$file" "$work/whole" "$@"
    for where in $(tests/tools/hide.py --pgmaps "$file" "$B/zdm" "$@"); do
        tests/tools/hide.py "$file" "$work/hidden" "$where"
        zdm_ranges "$work/hidden" "$work/part" "$@"
        bad=$(judge)
        if [ -n "$bad" ]; then
            not_ok "lacks/$name" "without $where: $bad"
            return
        fi
        if cmp -s <(sed 's/"vmcore":"[^"]*"//' "$work/whole") <(sed 's/"vmcore":"[^"]*"//' "$work/part"); then
            not_ok "lacks/$name" "without $where: nothing is unknown"
            return
        fi
        n=$((n + 1))
    done
    rm -f "$work/hidden"
    if [ $n -gt 0 ]; then ok "lacks/$name ($n pages)"; else not_ok "lacks/$name" "no pgmap found"; fi
}

export PYTHONDONTWRITEBYTECODE=1
if command -v python3 >/dev/null; then
    for name in 6.1/fsdax-dev 6.1/split 6.1.176/hmem 6.12/fsdax-dev+kdump 7.3/fsdax-dev 7.3/hmem; do
        [ -e "tests/vmcores/$name.elf.xz" ] || continue
        xz -dc "tests/vmcores/$name.elf.xz" >"$work/capsule"
        without_pgmaps "$name" "$work/capsule"
    done
else
    skip lacks "no python3"
fi

[ -n "${LABDIR:-}" ] || { skip cuts/lab "LABDIR is not set"; exit 0; }

# lab_dump PATTERN...: the first that is there, below $dir
lab_dump() {
    local f
    for f in "${@/#/$dir/}"; do
        [ ! -s "$f" ] || { echo "$f"; return; }
    done
}

n=0
for dir in "$LABDIR"/[0-9]*; do
    [ $n -lt "${CUTS_LAB:-2}" ] || break
    elf=$(lab_dump hmem/dump.elf fsdax-dev/dump.elf split/dump.elf)
    [ -n "$elf" ] || continue
    n=$((n + 1))
    mapfile -t opts < <(tests/lab-layout.sh "${elf%/*}")
    without_pgmaps "lab/${elf#"$LABDIR"/}" "$elf" "${opts[@]}"
    # of each form; the last two out of a real kdump
    for dump in "$elf" "${elf%.elf}.kdump" "$(lab_dump hmem+kdump/vmcore fsdax-dev+kdump/vmcore)" \
        "$(lab_dump hmem+kdump/vmcore.makedumpfile fsdax-dev+kdump/vmcore.makedumpfile)"; do
        [ -s "$dump" ] || continue
        mapfile -t opts < <(tests/lab-layout.sh "${dump%/*}")
        cp --sparse=always "$dump" "$work/lab"
        cut_in_steps "lab/${dump#"$LABDIR"/}" "$work/lab" "${opts[@]}"
    done
done
[ $n -gt 0 ] || skip cuts/lab "no dumps in LABDIR"

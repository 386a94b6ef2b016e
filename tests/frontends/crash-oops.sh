#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the postmortem of real oopses (lab scenarios oops-ff, oops-5a and
# oops-plain, with +kdump), in crash and on the command line. The page frame is
# the guest's own word, the pgmap the kernel's testimony. KERNEL (6.1) of the lab.
set -eu
# shellcheck source=tests/frontends/crash-lib.sh
. "$(dirname "$0")/crash-lib.sh"
need_crash crash-oops
kernel=${KERNEL:-6.1}

none='No finding: none of these [0-9]+ words points to a struct page that must not be believed\.'

# The sentence that must be said of a guest's oops, as a regular expression.
sentence() {
    local dir=$1 pfn pgmap
    read -r pfn mode < <(sed -n 's/^fact oops //p' "$dir/state.txt")
    if [ "$mode" != walk ]; then
        echo "^$none\$"
        return
    fi
    pgmap=$(awk -v p="$pfn" '$1 == "run" && $2 <= p && p < $3 { sub(/.*pgmap=0x/, ""); print $1 }' \
        "$dir/testimony.txt")
    [ -n "$pgmap" ] || return 1
    printf '^[a-zA-Z0-9 ]+: [A-Z0-9]+ %s (\\([^)]*\\) )?is the struct page of pfn 0x%x: reserved \\(case 5\\), never initialised, first page of the altmap reserve of pgmap %s \\(fs_dax\\); a walker read it without pfn_to_online_page\\(\\)/pgmap check\\.$\n' \
        "$(printf '%x' $((0xffffea0000000000 + pfn * 64)))" "$pfn" "$pgmap"
}

# judge NAME FILE: exactly one sentence, and it is the one
judge() {
    local name=$1 said=$2
    if ! grep -qE -- "$want" "$said"; then
        not_ok "$name" "not said: $want: $(tail -n 12 "$said")"
    elif [ "$(grep -cE 'is (inside )?the struct page of pfn .*(a walker read|is held)|^No finding' "$said")" -ne 1 ]; then
        not_ok "$name" "says more than that: $(tail -n 12 "$said")"
    else
        ok "$name"
    fi
}

for scenario in oops-ff oops-5a oops-plain; do
    dir=$LABDIR/$kernel/$scenario+kdump
    if [ ! -e "$dir/.done" ]; then
        skip "crash-oops/$kernel/$scenario" "no $dir (make lab KERNEL=$kernel SCENARIO=$scenario+kdump)"
        continue
    fi
    want=$(sentence "$dir") || { not_ok "crash-oops/$kernel/$scenario" "the guest does not say where"; continue; }
    for file in vmcore vmcore.makedumpfile; do
        [ -e "$dir/$file" ] || continue
        name=crash-oops/$kernel/$scenario/$file
        "$B/zdm" oops -q "$dir/$file" >"$work/notes" 2>&1 || true
        judge "$name/cli-notes" "$work/notes"
        "$B/zdm" oops -q --text "$dir/console.txt" "$dir/$file" >"$work/text" 2>&1 || true
        judge "$name/cli-text" "$work/text"
        if ! printf 'zdm -o >%s\nzdm -o log >%s\nzdm -o %s >%s\nzdm -o 0 >%s\n' "$work/panic" \
            "$work/log" "$dir/console.txt" "$work/file" "$work/idle" |
            run_crash "$(vmlinux_of "$kernel")" "$dir/$file"; then
            skip "$name" "crash does not open it: $(crash_says)"
            continue
        fi
        judge "$name/crash" "$work/panic"
        judge "$name/crash-log" "$work/log"
        judge "$name/crash-file" "$work/file"
        # the idle task has nothing to do with it
        want="^$none\$" judge "$name/crash-idle" "$work/idle"
    done
done

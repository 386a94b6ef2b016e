#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: every form of a dump gives one answer; cut off or damaged ones never a
# wrong one.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
shopt -s nullglob

forms="kdump kdump-raw flat flat-kdump"

# all_forms: $core in each form beside it, and its own answer.
all_forms() {
    local form
    for form in kdump kdump-raw flat; do
        "$B/tests/dumpconv" $form "$core" "$work/$form"
    done
    "$B/tests/dumpconv" flat "$work/kdump" "$work/flat-kdump"
    run ranges -q --json --layout "$layout" "$core"
    answer "$work/answer"
}

# The last output, but for the name of the file.
answer() {
    sed 's/"vmcore":"[^"]*"//' "$work/out" >"$1"
}

same_answer() {
    local text name form which
    for text in tests/vmcores/text/*.txt; do
        name=${text##*/} name=${name%.txt}
        make_core "$text"
        all_forms
        # a flattened kdump goes through all of it; the others on a few vmcores
        which=flat-kdump
        case $name in *fsdax-dev|*collision|*split) which=$forms ;; esac
        for form in $which; do
            run ranges -q --json --layout "$layout" "$work/$form"
            answer "$work/got"
            if cmp -s "$work/answer" "$work/got"; then ok "form/$name/$form"; else
                not_ok "form/$name/$form" "$(head -c 300 "$work/err") $(diff "$work/answer" "$work/got")"
            fi
        done
    done
}

# What a cut-off file still answers: each range as in the whole, or unknown,
# or of struct pages that are not in the dump any more.
weaker() {
    tr '{' '\n' <"$1" | sed -n 's/^"start_pfn":\([0-9]*\),"end_pfn":\([0-9]*\),"class":"\([a-z]*\)","valid":"\([a-z]*\)".*/\1 \2 \3 \4/p'
}
agrees() {
    weaker "$work/answer" >"$work/whole.txt"
    weaker "$work/got" >"$work/part.txt"
    awk 'NR == FNR { s[n] = $1; e[n] = $2; v[n++] = $3 " " $4; next }
        $3 == "unknown" { next }
        { for (i = 0; i < n; i++)
            if (s[i] < $2 && $1 < e[i] && v[i] != $3 " " $4) {
                print $0 " instead of " v[i]; exit 1 } }' "$work/whole.txt" "$work/part.txt"
}

cut_off() {
    local form len size step out
    make_core ""
    all_forms
    for form in $forms; do
        size=$(stat -c %s "$work/$form")
        step=$((size / 23 + 1))
        for ((len = 100; len < size; len += step)); do
            head -c "$len" "$work/$form" >"$work/file"
            run ranges --json --layout "$layout" "$work/file"
            answer "$work/got"
            case $rc in
            1)
                if ! grep -q truncated "$work/err"; then
                    not_ok "cut/$form/$len" "no word of it: $(cat "$work/err")"
                elif out=$(agrees); then
                    ok "cut/$form/$len"
                else
                    not_ok "cut/$form/$len" "$out"
                fi ;;
            3|4)
                if [ -s "$work/out" ]; then not_ok "cut/$form/$len" "printed something"; else
                    ok "cut/$form/$len"; fi ;;
            *) not_ok "cut/$form/$len" "exit code $rc: $(cat "$work/err")" ;;
            esac
        done
    done
}

# Pages that cannot be unpacked are missing, and it is told.
bad_pages() {
    local size at
    make_core ""
    all_forms
    size=$(stat -c %s "$work/kdump") at=$((size * 35 / 100))
    cp "$work/kdump" "$work/file"
    # behind the descriptors all is compressed pages
    dd if=/dev/zero of="$work/file" bs=1 seek=$at count=$((size - at)) conv=notrunc status=none
    run ranges --json --layout "$layout" "$work/file"
    if [ "$rc" -eq 4 ] && grep -q 'pages of the file are damaged' "$work/err"; then
        ok damaged-pages
    else
        not_ok damaged-pages "exit code $rc: $(cat "$work/err")"
    fi
}

# flattened: numbers that cannot be true
bad_records() {
    make_core ""
    all_forms
    cp "$work/flat" "$work/file"
    poke "$work/file" 4096 7fffffffffffff00
    fails flattened/offset 3 "damaged flattened dump: the record at 4096" \
        summary --layout "$layout" "$work/file"
    cp "$work/flat" "$work/file"
    poke "$work/file" 4104 7000000000000000
    fails flattened/size 3 "damaged flattened dump: the record at 4096" \
        summary --layout "$layout" "$work/file"
    cp "$work/flat" "$work/file"
    poke "$work/file" 4096 ffffffffffffffff
    fails flattened/negative 3 "damaged flattened dump" summary --layout "$layout" "$work/file"
    mkdir "$work/tmp"
    TMPDIR=$work/tmp run ranges -q --json --layout "$layout" "$work/flat"
    if [ "$rc" -eq 0 ] && [ -z "$(ls -A "$work/tmp")" ]; then ok flattened/tmpdir; else
        not_ok flattened/tmpdir "exit code $rc; left: $(ls -A "$work/tmp")"; fi
    # it is read where it stands: no room is needed
    TMPDIR=$work/none run ranges -q --layout "$layout" "$work/flat"
    if [ "$rc" -eq 0 ]; then ok flattened/no-tmpdir; else
        not_ok flattened/no-tmpdir "exit code $rc: $(cat "$work/err")"; fi
}

same_answer
cut_off
bad_pages
bad_records

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: every form of a dump gives one answer; cut off or damaged ones never a
# wrong one.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
shopt -s nullglob

# those that are cut in pieces, too; and the rest
forms="kdump kdump-raw flat flat-kdump"
more_forms="kdump-lzo kdump-snappy kdump-zstd kdump-unknown kdump-64k kdump-64k-unknown flat-twice"

# all_forms: $core in each form beside it, and its own answer.
all_forms() {
    local form
    for form in kdump kdump-raw flat; do
        "$B/tests/dumpconv" $form "$core" "$work/$form"
    done
    "$B/tests/dumpconv" flat "$work/kdump" "$work/flat-kdump"
    for form in ${1:-}; do
        "$B/tests/dumpconv" "$form" "$core" "$work/$form"
    done
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
        # kdump-compressed has a bit for each PFN below the highest
        if [ "$(awk '$2 ~ /^0x/ && length($2) > 10' "tests/vmcores/text/$name.expected" | wc -l)" -gt 0 ]; then
            skip "form/$name" "memory so high up that the bitmap would have GiBs"
            continue
        fi
        make_core "$text"
        case $name in *fsdax-dev|*collision|*split|arm64-4k) all_forms "$more_forms" ;; *) all_forms ;; esac
        # a flattened kdump goes through all of it; the others on a few vmcores
        which=flat-kdump
        case $name in *fsdax-dev|*collision|*split|arm64-4k) which="$forms $more_forms" ;; esac
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

# The files of makedumpfile --split: whichever is given, the others are found beside it, under any
# name; where one is missing, it is told which page frames it had, and nothing of them is made up.
split_set() {
    local dir=$work/set form n out
    make_core ""
    all_forms
    mkdir "$dir"
    "$B/tests/dumpconv" split "$core" "$dir/part"
    mv "$dir/part.2" "$dir/a name of its own"
    # neither another dump of the same kernel nor a copy of a part belongs to it
    cp "$work/kdump" "$dir/other"
    cp "$dir/part.1" "$dir/again"
    for form in part.1 "a name of its own" part.3; do
        run ranges --json --layout "$layout" "$dir/$form"
        answer "$work/got"
        if [ "$rc" -eq 0 ] && cmp -s "$work/answer" "$work/got"; then ok "split/$form"; else
            not_ok "split/$form" "exit code $rc: $(cat "$work/err")"; fi
    done
    for n in 1 3; do
        mkdir "$dir/$n"
        mv "$dir/part.$n" "$dir/$n/"
    done
    rm "$dir/again"
    for form in 1/part.1 3/part.3 "a name of its own"; do
        run ranges --json --layout "$layout" "$dir/$form"
        answer "$work/got"
        case $rc in
        1|4)
            if ! grep -q 'one file of a split set, and page frames 0x' "$work/err"; then
                not_ok "split/alone/$form" "no word of it: $(cat "$work/err")"
            elif out=$(agrees); then
                ok "split/alone/$form"
            else
                not_ok "split/alone/$form" "$out"
            fi ;;
        *) not_ok "split/alone/$form" "exit code $rc: $(cat "$work/err")" ;;
        esac
    done
}

# What no reader reads is named.
refused() {
    local f=$work/file
    refuse() {
        printf '%b' "$2" >"$f"
        head -c 8192 /dev/zero >>"$f"
        fails "refused/$1" 3 "$3" summary "$f"
    }
    refuse win-dmp 'PAGEDU64' 'Windows crash dump'
    refuse win-dmp-32 'PAGEDUMP' 'Windows crash dump'
    refuse libvirt-save 'LibvirtQemudSave' 'virsh dump --memory-only'
    refuse qemu-savevm 'QEVM' 'dump-guest-memory'
    refuse xz '\xfd7zXZ' 'xz -dk'
    refuse zstd '\x28\xb5\x2f\xfd' 'zstd -d'
    refuse gzip '\x1f\x8b' 'gzip -dk'
    mkfifo "$work/fifo"
    fails refused/pipe 3 'is a pipe' summary "$work/fifo"
    # a machine that nobody knows, and none in VMCOREINFO either
    make_core ""
    "$B/tests/dumpconv" kdump-unknown "$core" "$f"
    LC_ALL=C sed -i 's/NUMBER(phys_base)/NUMBER(phys_basf)/; s/pgtable_l5_enabled/pgtable_l5_enablef/
        s/SYMBOL(init_top_pgt)/SYMBOL(init_top_pgf)/' "$f"
    fails refused/machine 3 'machine Unknown is not supported' summary "$f"
    cp "$core" "$f"
    poke "$f" 18 f300
    fails refused/riscv 3 'machine riscv64 is not supported' summary "$f"
    poke "$f" 18 3412
    fails refused/e_machine 3 'machine ELF-4660' summary "$f"
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
split_set
refused
cut_off
bad_pages
bad_records

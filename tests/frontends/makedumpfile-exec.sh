#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# zdm exec: the host sees what zdm carve would write, byte for byte, by whatever
# calls it reads; hosts that cannot be served; dumps that cannot be understood.
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"

# shellcheck disable=SC2086 # a list
scenarios=$(lab_scenarios ${MDF_SCENARIOS:-split})
[ -n "$scenarios" ] || skip_all "no lab dumps in $LABDIR"

for s in $scenarios; do
    dir=$LABDIR/$s
    [ -e "$dir/dump.elf" ] || continue
    "$ZDM" carve -qf --dump-level 31 "$dir/dump.elf" "$WORK/c.elf"
    for how in "-l -d 31" "-cd31" "-d 31 -E" "-d 31 -E --cyclic-buffer 1" "-c -d 31 --non-mmap" \
        "-d 31 -c --cyclic-buffer 1" "-F -c -d 31" "-z -d 9,31"; do
        rm -f "$WORK"/x.* "$WORK"/y.*
        read -ra args <<<"$how"
        case $how in
        -F*)
            "$STOCK" "${args[@]}" "$WORK/c.elf" >"$WORK/x.1" 2>/dev/null || true
            check "$s/$how" "$ZDM" exec -q -- "$STOCK" "${args[@]}" "$dir/dump.elf"
            cp "$WORK/log" "$WORK/y.1"
            continue
            ;;
        esac
        "$STOCK" "${args[@]}" "$WORK/c.elf" "$WORK/x.1" >/dev/null 2>&1 || true
        check "$s/$how" "$ZDM" exec -q -- "$STOCK" "${args[@]}" "$dir/dump.elf" "$WORK/y.1"
        check "$s/$how/same" cmp "$WORK/x.1" "$WORK/y.1"
    done
    rm -f "$WORK"/x.* "$WORK"/y.*
    # other ways to read: a shell's redirection, cp, cat, dd with seek, od at the end
    "$ZDM" exec -q --dump-level 31 -- cp "$dir/dump.elf" "$WORK/y.elf"
    check "$s/cp" pages "$WORK/c.elf" "$WORK/y.elf" "$dir"
    check "$s/cat" sh -c "'$ZDM' exec -q --dump-level 31 -- cat '$dir/dump.elf' | cmp - '$WORK/y.elf'"
    check "$s/dd" bash -c "'$ZDM' exec -q --dump-level 31 --vmcore '$dir/dump.elf' -- dd if='$dir/dump.elf' skip=77 bs=1001 \
        count=5000 iflag=fullblock 2>/dev/null | cmp - <(dd if='$WORK/y.elf' skip=77 bs=1001 count=5000 2>/dev/null)" 
    check "$s/readelf" sh -c "'$ZDM' exec -q --dump-level 31 --vmcore '$dir/dump.elf' -- readelf -lW '$dir/dump.elf' >'$WORK/a' &&
        readelf -lW '$WORK/y.elf' | cmp - '$WORK/a'"
    check "$s/stat" sh -c "[ \$('$ZDM' exec -q --dump-level 31 -- stat -c %s '$dir/dump.elf') = \$(stat -c %s '$WORK/y.elf') ]"
    rm -f "$WORK"/*.elf
done

# Installed under any prefix, or moved after that, it finds its library.
mkdir -p "$WORK/prefix/bin" "$WORK/prefix/lib/zdm"
cp "$ZDM" "$WORK/prefix/bin/"
cp "$B/zdm-preload.so" "$WORK/prefix/lib/zdm/"
check installed sh -c "'$WORK/prefix/bin/zdm' exec --vmcore '$LABDIR/${scenarios%%[[:space:]]*}/dump.elf' -- true 2>&1 |
    grep 'pages left out'"
rm -rf "$WORK/prefix"

# What cannot be served is refused with the reason; the dump is not touched.
dir=$LABDIR/${scenarios%%[[:space:]]*}
if busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1; then
    rc=0
    "$ZDM" exec -- "$busybox" cat "$dir/dump.elf" >/dev/null 2>"$WORK/err" || rc=$?
    if [ $rc = 2 ] && grep -q 'statically linked' "$WORK/err"; then ok static; else
        not_ok static "exit code $rc, $(cat "$WORK/err")"
    fi
else
    skip static "no static busybox here"
fi

# A dump that zdm does not understand: the host does what it does without zdm.
head -c 100000 "$dir/dump.elf" >"$WORK/cut.elf"
for f in "$WORK/cut.elf" /etc/passwd; do
    a=0 b=0
    "$STOCK" -l -d 31 "$f" "$WORK/z.1" >"$WORK/a" 2>&1 || a=$?
    "$ZDM" exec -q -- "$STOCK" -l -d 31 "$f" "$WORK/z.1" >"$WORK/b" 2>&1 || b=$?
    if [ $a = $b ] && [ "$(grep -vc '^zdm:' "$WORK/b")" = "$(wc -l <"$WORK/a")" ]; then
        ok "as-without/$(basename "$f")"
    else
        not_ok "as-without/$(basename "$f")" "$a, with zdm $b: $(cat "$WORK/b")"
    fi
done

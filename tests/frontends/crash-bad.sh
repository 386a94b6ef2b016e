#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the extension under bad treatment, in the real crash: nonsense for
# arguments, excluded pages, --zero_excluded, a damaged pgmap, a damaged XArray,
# Ctrl-C, a pager that is left early, unloading. crash must go on, and zeros
# must never be taken for data. KERNEL (6.1), scenarios fsdax-dev, ram and
# fsdax-dev+kdump of the lab.
set -eu
# shellcheck source=tests/frontends/crash-lib.sh
. "$(dirname "$0")/crash-lib.sh"
need_crash crash-bad
kernel=${KERNEL:-6.1}
vmlinux=$(vmlinux_of "$kernel")
lab=$LABDIR/$kernel
for f in fsdax-dev/dump.elf ram/dump.kdump fsdax-dev+kdump/vmcore.makedumpfile; do
    [ -e "$lab/$f" ] || { skip crash-bad "no $lab/$f"; exit 0; }
done

# lines NAME WANTED...: the output has these lines (fixed strings, in part), and
# crash was at its prompt at the end
lines() {
    local name=$1 want
    shift
    for want; do
        if ! grep -qF -- "$want" "$work/crash"; then
            not_ok "$name" "'$want' is not in: $(tail -n 40 "$work/crash")"
            return
        fi
    done
    ok "$name"
}

# --- nonsense
cat >"$work/nonsense" <<'END'
zdm -r nonsense
zdm -r online offline
zdm -s 123456789
zdm -s 1x
zdm -s x
zdm -m x
zdm -p
zdm -p zzz
zdm -p 0xffffffffffffffffff
zdm -p -- -1
zdm -p page:1 phys:zz virt:
zdm -p ffffffffffffffff
zdm -p 0x10000000000000000000000
zdm -k 5-5
zdm -k 5-4
zdm -k zzz
zdm -k -l -O /tmp/x
zdm -k -O /nonexistent/x
zdm -o 4194303999
zdm -o /nonexistent/x
zdm -o /dev/null
zdm -o a b
zdm -l
zdm -c x
zdm -q
zdm x
zdm -r -s
zdm -p 0x1
zdm -p 2000
zdm -p ffffea0004000008
END
if run_crash "$vmlinux" "$lab/fsdax-dev/dump.elf" <"$work/nonsense"; then
    lines crash-bad/nonsense 'zdm: no class is called "nonsense"' '-r takes one class at most' \
        'section 123456789 is not present' '"1x" is not a section number' \
        '-p needs a page frame number' 'zdm: "zzz" is neither' 'cannot write /nonexistent/x' \
        '-k takes one range' '/nonexistent/x: neither a task nor a readable file' \
        '/dev/null: no registers of an oops in it' 'Usage:' 'PFN 0x1 ' \
        '2000: physical address in pfn 0x2' \
        'ffffea0004000008: 8 bytes into the struct page of pfn 0x100000, which begins at'
    # each is one line, and none is an answer
    if grep -qi 'segmentation\|recursive' "$work/crash"; then
        not_ok crash-bad/nonsense-survives "$(grep -i 'segmentation\|recursive' "$work/crash")"
    else
        ok crash-bad/nonsense-survives
    fi
else
    not_ok crash-bad/nonsense "crash ended: $(tail -n 5 "$work/crash")"
fi

# --- no ZONE_DEVICE
if printf 'zdm\nzdm -m\n' | run_crash "$vmlinux" "$lab/ram/dump.kdump"; then
    if [ "$(grep -c 'no ZONE_DEVICE memory is set up' "$work/crash")" -eq 2 ]; then
        ok crash-bad/no-zone-device
    else
        not_ok crash-bad/no-zone-device "$(cat "$work/crash")"
    fi
fi

# --- a kdump has no device memory: the struct page on it is missing, not zero
kdump=$lab/fsdax-dev+kdump/vmcore.makedumpfile
pfn=$("$B/zdm" ranges -q "$kdump" | awk '$4 == "device" && $9 == "no" { print $1; exit }')
[ -n "$pfn" ] || not_ok crash-bad/missing-struct-page "no device page without its struct page in $kdump"
for option in '' --zero_excluded; do
    name=crash-bad/missing-struct-page$option
    # shellcheck disable=SC2086 # no option is no argument
    if printf 'zdm -p %s\nzdm -r >%s\nzdm -c\n' "$pfn" "$work/r$option" |
        run_crash "$vmlinux" "$kdump" $option; then
        if grep -qE 'flags +0000000000000000' "$work/crash"; then
            not_ok "$name" "zeros for a struct page: $(cat "$work/crash")"
        else
            lines "$name" 'struct page: valid, but its bytes are not in the dump' 'contradict it: 0'
        fi
    else
        not_ok "$name" "crash ended: $(tail -n 5 "$work/crash")"
    fi
done
if printf 'set zero_excluded on\nzdm -r >%s\nset zero_excluded\n' "$work/r-set" |
    run_crash "$vmlinux" "$kdump"; then
    if cmp -s "$work/r" "$work/r--zero_excluded" && cmp -s "$work/r" "$work/r-set" && [ -s "$work/r" ]; then
        lines crash-bad/zero-excluded-same 'zero_excluded: on'    # as the user left it
    else
        not_ok crash-bad/zero-excluded-same "ranges differ with zero_excluded"
    fi
fi

# --- damaged structures, in a copy of the dump
# file_offset ELF PADDR
file_offset() {
    readelf -lW "$1" | awk -v want="$2" '
        function hex(s,   i, v) { v = 0; s = tolower(substr(s, 3))
            for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
            return v }
        $1 == "LOAD" { p = hex($4); if (want >= p && want < p + hex($5)) { print hex($2) + want - p; exit } }'
}
poke() { # ELF PADDR BYTES-AS-ESCAPES
    printf '%b' "$3" | dd of="$1" bs=1 seek="$(file_offset "$1" "$2")" conv=notrunc status=none
}
bad=$work/bad.elf
cp --sparse=always "$lab/fsdax-dev/dump.elf" "$bad"
chmod u+w "$bad"
pgmap=$("$B/zdm" pgmaps -q "$bad" | sed -n 's/^pgmap 0 *\([0-9a-f]*\) .*/\1/p')
direct=ffff888000000000
if [ "${pgmap:0:8}" = "${direct:0:8}" ]; then
    poke "$bad" $((0x$pgmap - 0x$direct)) '\0377\0377\0377\0377\0377\0377\0377\0177' # altmap.base_pfn
    poke "$bad" $((0x$pgmap - 0x$direct + 128)) '\0377\0377\0377\0177'             # nr_range
    if printf 'zdm\nzdm -r\nzdm -p 0x100000\nzdm -c\nzdm -k\nzdm -o log\n' |
        run_crash "$vmlinux" "$bad"; then
        if awk '$4 ~ /device|altmap|reserved/ && $5 == "yes"' "$work/crash" | grep -q .; then
            not_ok crash-bad/damaged-pgmap "still believed: $(cat "$work/crash")"
        else
            lines crash-bad/damaged-pgmap 'unknown'
        fi
    else
        not_ok crash-bad/damaged-pgmap "crash ended: $(tail -n 5 "$work/crash")"
    fi
else
    not_ok crash-bad/damaged-pgmap "the pgmap at '$pgmap' is not in the direct map"
fi
rm -f "$bad"

# --- loaded, unloaded, loaded again
if printf 'zdm -r >%s\nextend -u %s\nextend %s\nzdm -r >%s\nextend -u %s\nzdm\n' "$work/r1" "$ZDM_SO" \
    "$ZDM_SO" "$work/r2" "$ZDM_SO" | run_crash "$vmlinux" "$lab/fsdax-dev/dump.kdump"; then
    if cmp -s "$work/r1" "$work/r2" && [ -s "$work/r1" ]; then
        lines crash-bad/reload 'shared object unloaded' 'command not found: zdm'
    else
        not_ok crash-bad/reload "other ranges after loading again"
    fi
else
    not_ok crash-bad/reload "crash ended: $(tail -n 5 "$work/crash")"
fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-layers.sh [DIR]: a room of the library uses only rooms to its left
# (docs/design.md), includes no host's header and prints nothing. DIR: lib.
# Prints a line for each violation; exit code 1 if there is one.
set -eu

dir=${1:-lib}

# The rooms from left to right, and the files of each (shell patterns, without
# suffix). Rooms with the same rank are neighbours and do not know each other.
rooms='
 0 text       text grow search extents names version
 1 reader     reader arch
 2 source     source source_*
 3 kdef       kdef
 4 kfeat      kfeat
 4 tree       tree
 5 session    session geometry
 6 sections   sections sections_*
 6 pgmaps     pgmaps pgmap_*
 6 blocks     blocks
 6 nodes      nodes refs
 7 vmemmap    vmemmap
 8 probe      probe deferred
 9 classify   classify
10 ranges     ranges
11 model      model sweep evidence
12 policy     policy policy_*
12 page       page page_*
13 report     report report_* spec
14 layout     layout layout_*
14 presence   presence
15 check      check check_*
15 kpage      kpage kpage_*
15 oops       oops oops_*
15 capsule    capsule capsule_*
15 carve      carve carve_* preload preload_*
'

# Headers that only a front end may include.
hosts='libkdumpfile/|crash/|defs\.h|makedumpfile\.h|gdb|print_info\.h|diskdump'

bad=0
complain() {
    printf '%s\n' "$*"
    bad=1
}

# room_of FILE: sets room and rank
room_of() {
    local stem=${1##*/} r name patterns p
    stem=${stem%.*}
    while read -r r name patterns; do
        [ -n "$r" ] || continue
        set -f
        for p in $patterns; do
            # shellcheck disable=SC2254 # a pattern is meant
            case $stem in
            $p)
                set +f
                room=$name rank=$r
                return 0
                ;;
            esac
        done
        set +f
    done <<<"$rooms"
    return 1
}

check_includes() {
    local file=$1 inc my_room my_rank
    if ! room_of "$file"; then
        complain "$file: belongs to no room; name it in tests/check-layers.sh"
        return
    fi
    my_room=$room my_rank=$rank
    while read -r inc; do
        if [[ $inc =~ ^($hosts) ]]; then
            complain "$file: includes $inc, a header of a host"
        fi
        [ -e "$dir/$inc" ] || continue
        room_of "$inc" || { complain "$file: $inc belongs to no room"; continue; }
        if [ "$room" != "$my_room" ] && [ "$rank" -ge "$my_rank" ]; then
            complain "$file: $my_room includes $inc of $room, which is not to its left"
        fi
    done < <(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]\([^">]*\)[">].*/\1/p' "$file")
}

# Calls that print, with comments and strings taken out first.
check_printing() {
    local file=$1 found
    found=$(gcc -fpreprocessed -dD -E -P -x c "$file" 2>/dev/null |
        sed -e 's/"\(\\.\|[^"\\]\)*"//g' -e 's/format *( *printf//g' |
        grep -oE '\b(f|v|vf|d|vd)?printf *\(|\b(f?puts|f?putc|putchar|perror) *\(|\bstd(err|out)\b' |
        sort -u | tr -d ' (' | tr '\n' ' ' || true)
    [ -z "$found" ] || complain "$file: prints with $found; only front ends do"
}

shopt -s nullglob
files=("$dir"/*.c "$dir"/*.h "$dir"/*.def)
[ ${#files[@]} -gt 0 ] || { echo "check-layers: no sources in $dir"; exit 2; }
for f in "${files[@]}"; do
    check_includes "$f"
    check_printing "$f"
done
exit $bad

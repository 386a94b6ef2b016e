#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check-layers.sh [DIR [FILE...]]: the walls of the house (docs/design.md) below DIR, the project's
# root, or of these files there.
# A folder of lib/ uses only folders to its left, no header of a host, and prints nothing; no two
# headers include each other; what is known of a kernel is written by kernel/ alone; dumpfile/,
# tools/ and extensions/ use public headers, dumpfile/ and their own. Prints a line for each violation; exit code 1 if there is one.
set -eu

dir=${1:-.}
[ $# -eq 0 ] || shift

# The folders from left to right; those of one line are neighbours and do not know each other.
walls='
base
memory
source
kernel
model
page carve
report
oops capsule
'

# Headers that only a front end may include.
hosts='libkdumpfile/|crash/|defs\.h|makedumpfile\.h|gdb|print_info\.h|diskdump'

bad=0
complain() {
    printf '%s\n' "$*"
    bad=1
}

declare -A rank
n=0
while read -r line; do
    n=$((n + 1))
    for folder in $line; do rank[$folder]=$n; done
done <<<"$walls"

includes() {
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]\([^">]*\)[">].*/\1/p' "$1"
}

check_lib() {
    local file=$1 name=${1#"$dir"/lib/} inc mine theirs
    mine=${name%%/*}
    if [ "$mine" = "$name" ] || [ -z "${rank[$mine]:-}" ]; then
        complain "lib/$name: belongs to no room; tests/check-layers.sh names them"
        return
    fi
    while read -r inc; do
        if [[ $inc =~ ^($hosts) ]]; then
            complain "lib/$name: includes $inc, a header of a host"
        fi
        if [ ! -e "$dir/lib/$inc" ]; then
            ! grep -qF "include \"$inc\"" "$file" || [ ! -e "$(dirname "$file")/$inc" ] ||
                complain "lib/$name: includes $inc without its folder"
            continue
        fi
        theirs=${inc%%/*}
        if [ "$theirs" != "$mine" ] && [ "${rank[$theirs]:-99}" -ge "${rank[$mine]}" ]; then
            complain "lib/$name: $mine includes $inc, which is not to its left"
        fi
    done < <(includes "$file")
}

check_front_end() {
    local file=$1 name=${1#"$dir"/} inc
    while read -r inc; do
        [ -e "$dir/lib/$inc" ] || continue
        [ ! -e "$(dirname "$file")/$inc" ] || continue
        complain "$name: includes $inc, which is private to the library"
    done < <(includes "$file")
    case $name in
    dumpfile/*)
        if includes "$file" | grep -qE '(^|/)cli\.h$'; then
            complain "$name: includes a header of a front end"
        fi
        ;;
    esac
}

# A session is written while kernel/ opens it: the rooms that draw conclusions take a const one,
# but where they open their own.
check_session() {
    local file=$1 name=${1#"$dir"/lib/} found
    case $name in
    model/* | page/* | carve/* | report/*) ;;
    *) return 0 ;;
    esac
    ! grep -q 'zdm_open' "$file" || return 0
    found=$(grep -nP '(?<!const )struct zdm_session \*\w' "$file" | head -1 || true)
    [ -z "$found" ] || complain "lib/$name: a session that is not const: $found"
}

# Calls that print, with comments and strings taken out first.
check_printing() {
    local file=$1 found
    grep -qE 'printf|puts|putc|perror|std(err|out)' "$file" || return 0
    found=$(gcc -fpreprocessed -dD -E -P -x c "$file" 2>/dev/null |
        sed -e 's/"\(\\.\|[^"\\]\)*"//g' -e 's/format *( *printf//g' |
        grep -oE '\b(f|v|vf|d|vd)?printf *\(|\b(f?puts|f?putc|putchar|perror) *\(|\bstd(err|out)\b' |
        sort -u | tr -d ' (' | tr '\n' ' ' || true)
    [ -z "$found" ] || complain "${file#"$dir"/}: prints with $found; only front ends do"
}

# Headers of the library that include each other, over however many.
check_cycles() {
    local out
    # shellcheck disable=SC2015 # "no loop" is no failure
    out=$(cd "$dir/lib" && grep -roE --include='*.h' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*' . |
        sed 's,^\./\([^:]*\):.*",\1 ,' | tsort 2>&1 >/dev/null | grep -v 'contains a loop' |
        sed 's/^tsort: *//' | tr '\n' ' ' || true)
    [ -z "$out" ] || complain "these headers include each other: $out"
}

mapfile -t lib < <(find "$dir/lib" -name '*.[ch]' -o -name '*.def' | sort)
[ ${#lib[@]} -gt 0 ] || { echo "check-layers: no sources in $dir/lib"; exit 2; }
mapfile -t front < <(find "$dir/dumpfile" "$dir/tools" "$dir/extensions" -name '*.[ch]' 2>/dev/null | sort)
[ $# -eq 0 ] || { lib=() front=(); }
for f; do
    case $f in
    lib/*) lib+=("$dir/$f") ;;
    *) front+=("$dir/$f") ;;
    esac
done
for f in "${lib[@]}"; do
    check_lib "$f"
    check_printing "$f"
    check_session "$f"
done
for f in "${front[@]}"; do check_front_end "$f"; done
check_cycles
exit $bad

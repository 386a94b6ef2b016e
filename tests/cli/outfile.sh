#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: what zdm writes: nothing that exists is overwritten without -f, nothing
# is left half done, what is made of a dump is as private as the dump.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core
dir=$work/dir
mkdir "$dir"
out=$dir/out

# Each command that makes a file, with its output last: LINE, then its name as `name`.
writers=(
    "capsule capsule -q --layout $layout $core"
    "carve carve -q --layout $layout $core"
    "layout layout -q --layout $layout $core --output"
)

# is_old NAME: what stood there stands there still, and alone
is_old() {
    if [ "$(cat "$out")" = precious ] && [ "$(ls -A "$dir")" = out ]; then ok "$1"; else
        not_ok "$1" "$(ls -lA "$dir")"; fi
}

one() {
    local name=$1 line=() was
    shift
    line=("$@")
    rm -f "$out"
    works "$name/new" 0 "${line[@]}" "$out"
    was=$(stat -c %s "$out" 2>/dev/null || echo none)

    echo precious >"$out"
    fails "$name/exists" 3 "exists: it is not overwritten without -f" "${line[@]}" "$out"
    is_old "$name/exists/kept"
    works "$name/force" 0 "${line[0]}" -f "${line[@]:1}" "$out"
    if [ "$(stat -c %s "$out")" = "$was" ]; then ok "$name/force/replaced"; else
        not_ok "$name/force/replaced" "$(ls -l "$out")"; fi
    rm "$out"
    works "$name/force/new" 0 "${line[0]}" --force "${line[@]:1}" "$out"
    rm "$out"
    # a link that leads nowhere would be written through, or replaced
    ln -s nowhere "$out"
    fails "$name/dangling" 3 "exists" "${line[@]}" "$out"
    rm "$out"

    # It comes to be while zdm works.
    export LD_PRELOAD=$PWD/$B/tests/notmpfile.so
    NOTMPFILE_APPEARS=$out fails "$name/appears" 3 "exists now" "${line[@]}" "$out"
    if [ ! -s "$out" ] && [ "$(ls -A "$dir")" = out ]; then ok "$name/appears/kept"; else
        not_ok "$name/appears/kept" "$(ls -lA "$dir")"; fi
    rm -f "$out"
    works "$name/no-tmpfile" 0 "${line[@]}" "$out"
    works "$name/no-tmpfile/force" 0 "${line[0]}" -f "${line[@]:1}" "$out"
    if [ "$(ls -A "$dir")" = out ]; then ok "$name/no-tmpfile/alone"; else
        not_ok "$name/no-tmpfile/alone" "$(ls -lA "$dir")"; fi
    rm -f "$out"
    unset LD_PRELOAD
}

# Signals that end zdm while its file has another name. carve notes them and
# looks at each page: one that comes when all is written is too late.
signals() {
    local name=$1 sig
    shift
    for sig in HUP INT TERM; do
        rc=0
        { LD_PRELOAD=$PWD/$B/tests/notmpfile.so NOTMPFILE_SIGNAL=$(kill -l $sig) \
            "$zdm" "$@" "$out" >"$work/out" 2>&1 || rc=$?; } 2>"$work/err"
        case $1:$rc:$(ls -A "$dir") in
        carve:0:out | *:$((128 + $(kill -l $sig))):) ok "$name/$sig" ;;
        *) not_ok "$name/$sig" "exit code $rc, left: $(ls -A "$dir")" ;;
        esac
        rm -f "$dir"/* "$dir"/.zdm*
    done
}

for writer in "${writers[@]}"; do
    # shellcheck disable=SC2086 # a line of words
    set -- $writer
    one "outfile/$1" "${@:2}"
    signals "outfile/$1" "${@:2}"
done

# mode NAME MODE INTO WORD...: what is made of a dump is as private as that; INTO: the
# option that takes the file, or ""
mode() {
    local name=$1 mode=$2 into=$3
    shift 3
    chmod "$mode" "$core"
    rm -f "$out"
    run "$@" "$core" ${into:+"$into"} "$out"
    if [ "$(stat -c %a "$out")" = "${mode#0}" ]; then ok "$name/$mode"; else
        not_ok "$name/$mode" "$(ls -l "$out" 2>&1; cat "$work/err")"; fi
}
umask 022
text_of_5_15 | make_core -
for m in 0600 0640 0444 0666; do
    mode outfile/mode/capsule $m '' capsule -q --layout "$layout"
    mode outfile/mode/carve $m '' carve -q --layout "$layout"
    mode outfile/mode/kpage $m --save kpage -q --layout "$layout"
    mode outfile/mode/map $m --html map -q --layout "$layout"
done
rm -f "$out"

# Its size is said of a file that is there: not when the last step fails.
echo >"$out"
NOTMPFILE_APPEARS=$out LD_PRELOAD=$PWD/$B/tests/notmpfile.so \
    run capsule --layout "$layout" "$core" "$dir/new"
rm -f "$out" "$dir/new"
NOTMPFILE_APPEARS=$out LD_PRELOAD=$PWD/$B/tests/notmpfile.so \
    run capsule --layout "$layout" "$core" "$out"
if [ "$rc" -eq 3 ] && [ ! -s "$work/out" ]; then ok outfile/said-when-there; else
    not_ok outfile/said-when-there "exit code $rc: $(cat "$work/out")"; fi
rm -f "$out"

# kpage's own: here a dump that it can read.
works outfile/kpage/new 0 kpage -q --layout "$layout" --save "$out" "$core"
if [ -s "$out" ]; then ok outfile/kpage/written; else not_ok outfile/kpage/written "nothing"; fi
echo precious >"$out"
fails outfile/kpage/exists 3 "exists: it is not overwritten without -f" \
    kpage --layout "$layout" --save "$out" "$core"
is_old outfile/kpage/kept
rm "$out"

# - is standard output, or refused by name
cd "$work"
zdm=$OLDPWD/$zdm
fails outfile/stdout/capsule 3 "standard output" capsule --layout "$layout" "$core" -
fails outfile/stdout/carve 3 "standard output" carve --layout "$layout" "$core" -
fails stdin/dump 3 "standard input" summary -
fails stdin/layout 3 "standard input" summary --layout - "$core"
fails stdin/vmlinux 3 "standard input" summary --vmlinux - "$core"
run layout --layout "$layout" --output - "$core"
if [ "$rc" -eq 0 ] && grep -q '^OSRELEASE=' "$work/out" && [ ! -e ./- ]; then ok outfile/stdout/layout
else not_ok outfile/stdout/layout "exit code $rc: $(cat "$work/err")"; fi
works outfile/named-dash 0 capsule --layout "$layout" "$core" ./-
works stdin/named-dash 0 summary ./-

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-patches.sh [MAKEDUMPFILE_SRC]: are the series for makedumpfile well
# formed? With the path of a makedumpfile source (a git checkout or an unpacked
# release): do they apply there? Nothing of that source is changed.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

src=${1:-}
next=(makedumpfile-patch/next/[0-9]*.patch)
filter=(makedumpfile-patch/1.7/[0-9]*.patch)
# Of the road that upstream can take, those that need no --extension.
fixes=("${next[@]:0:3}")

# The parts of a mail that `git am` needs, and that a maintainer reads.
formed() {
    local p=$1 i=$2 nr=$3 name why long removed bad
    name=patches/$(basename "$(dirname "$p")")/$(basename "$p" .patch)
    why=
    [[ $(basename "$p") == $(printf "%04d" "$i")-* ]] || why="not number $i of the series"
    if ! git mailinfo "$work/msg" "$work/diff" <"$p" >"$work/info" 2>"$work/err"; then
        not_ok "$name" "git mailinfo: $(cat "$work/err")"
        return 0
    fi
    subject=$(sed -n 's/^Subject: //p' "$work/info")
    grep -q "^Subject: \[PATCH $i/$nr\] " "$p" || why="not [PATCH $i/$nr]"
    [ ${#subject} -le 72 ] || why="subject of ${#subject} characters"
    [ -s "$work/diff" ] || why="no diff"
    grep -q '^Signed-off-by: Your Name <you@example.org>$' "$work/msg" ||
        why="the Signed-off-by line is not the placeholder"
    awk 'length > 80 { exit 1 }' "$work/msg" || why="message lines beyond 80 columns"
    if ! LC_ALL=C.UTF-8 git apply --stat --summary "$work/diff" >"$work/stat" 2>"$work/err"; then
        why="git apply: $(cat "$work/err")"
    fi
    # no more context than two lines on either side, nothing taken away but a line or two
    long=$(awk '/^diff/ { d = 1 } !d { next } /^@@/ { n = 0 } /^ / { if (++n > 4) print FILENAME ":" FNR } /^[-+]/ { n = 0 }' "$work/diff" | head -1)
    [ -z "$long" ] || why="more context than needed"
    removed=$(grep -c '^-[^-]' "$work/diff" || true)
    [ "$removed" -le 3 ] || why="takes away $removed lines"
    bad=$(grep -nE '^\+.*[[:blank:]]$' "$work/diff" | head -1 || true)
    [ -z "$bad" ] || why="blank at the end of a line: $bad"
    if [ -n "$why" ]; then not_ok "$name" "$why"; else ok "$name"; fi
}

for folder in next 1.7; do
    series=(makedumpfile-patch/"$folder"/[0-9]*.patch)
    [ -e "${series[0]}" ] || { not_ok patches/$folder "no series there"; continue; }
    for i in "${!series[@]}"; do
        formed "${series[i]}" $((i + 1)) ${#series[@]}
    done
done

if [ -z "$src" ]; then
    skip patches/apply "no MAKEDUMPFILE_SRC= given"
    exit 0
fi
[ -e "$src/makedumpfile.c" ] || { not_ok patches/apply "no makedumpfile source in $src"; exit 0; }
version=$(sed -n 's/^VERSION=//p' "$src/Makefile")

# applies ROAD PATCH...: one after the other, to a copy
applies() {
    local road=$1 p name why
    shift
    rm -rf "$work/tree"
    mkdir "$work/tree"
    cp -r "$src"/{Makefile,README,*.c,*.h,makedumpfile.8.in} "$work/tree/"
    [ ! -d "$src/extensions" ] || cp -r "$src/extensions" "$work/tree/"
    for p; do
        name=patches/$version/$road/$(basename "$p" .patch)
        if why=$(cd "$work/tree" && GIT_CEILING_DIRECTORIES=$work git apply -p1 2>&1 <"$OLDPWD/$p"); then
            ok "$name"
        else
            not_ok "$name" "$why"
        fi
    done
}

applies 1.7 "${fixes[@]}" "${filter[@]}"
if [ -e "$src/extension.h" ]; then
    applies next "${next[@]}"
else
    skip "patches/$version/next/callback" "makedumpfile $version knows no --extension"
fi

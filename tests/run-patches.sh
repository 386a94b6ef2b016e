#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-patches.sh [MAKEDUMPFILE_SRC]: is the series for makedumpfile well
# formed? With the path of a makedumpfile source (a git checkout or an unpacked
# release): does it apply there? Nothing of that source is changed.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

src=${1:-}
series=(makedumpfile-patch/[0-9]*.patch)
[ -e "${series[0]}" ] || { not_ok patches "no series in makedumpfile-patch/"; exit 0; }
nr=${#series[@]}

# The parts of a mail that `git am` needs, and that a maintainer reads.
i=0
for p in "${series[@]}"; do
    i=$((i + 1))
    name=patches/$(basename "$p" .patch)
    why=
    [[ $(basename "$p") == $(printf '%04d' $i)-* ]] || why="not number $i of the series"
    if ! git mailinfo "$work/msg" "$work/diff" <"$p" >"$work/info" 2>"$work/err"; then
        not_ok "$name" "git mailinfo: $(cat "$work/err")"
        continue
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
    [ "$removed" -le 2 ] || why="takes away $removed lines"
    bad=$(grep -nE '^\+.*[[:blank:]]$' "$work/diff" | head -1 || true)
    [ -z "$bad" ] || why="blank at the end of a line: $bad"
    if [ -n "$why" ]; then not_ok "$name" "$why"; else ok "$name"; fi
done

if [ -z "$src" ]; then
    skip patches/apply "no MAKEDUMPFILE_SRC= given"
    exit 0
fi
[ -e "$src/makedumpfile.c" ] || { not_ok patches/apply "no makedumpfile source in $src"; exit 0; }
mkdir "$work/tree"
for f in Makefile makedumpfile.c makedumpfile.h makedumpfile.8.in elf_info.c print_info.c; do
    cp "$src/$f" "$work/tree/"
done
version=$(sed -n 's/^VERSION=//p' "$work/tree/Makefile")
for p in "${series[@]}"; do
    name=patches/$version/$(basename "$p" .patch)
    if why=$(cd "$work/tree" && GIT_CEILING_DIRECTORIES=$work git apply -p1 2>&1 <"$OLDPWD/$p"); then
        ok "$name"
    else
        not_ok "$name" "$why"
    fi
done

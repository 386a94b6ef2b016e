#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: names that strangers gave to files: no byte of them reaches a terminal
# that would act on it, and JSON stays JSON.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core

# plain NAME FILE: no control character but new line and tab, and all of it UTF-8
plain() {
    if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$2"; then
        not_ok "$1" "control characters: $(od -An -c "$2" | head -5)"
    elif ! iconv -f UTF-8 -t UTF-8 "$2" >/dev/null 2>&1; then
        not_ok "$1" "no UTF-8: $(od -An -c "$2" | head -5)"
    else
        ok "$1"
    fi
}

i=0
for name in $'esc\033]0;title\a' $'c1\x9b2J' $'c1utf8\xc2\x9b2J' $'latin\xfc1' $'new\nline' $'cr\rover' \
    $'cut\xe2\x82' $'bidi\xe2\x80\xaetxt'; do
    i=$((i + 1))
    file=$work/$name
    cp "$core" "$file"
    run summary --layout "$layout" "$file"
    if [ "$rc" -eq 0 ]; then plain "names/$i/summary" "$work/out"; else
        not_ok "names/$i/summary" "exit code $rc: $(cat "$work/err")"; fi
    for cmd in summary ranges sections pgmaps check; do
        run $cmd --json --layout "$layout" "$file"
        plain "names/$i/$cmd/json" "$work/out"
        if command -v python3 >/dev/null && ! python3 -c 'import json, sys
json.loads(sys.stdin.buffer.read().decode("utf-8"))' <"$work/out" 2>"$work/why"; then
            not_ok "names/$i/$cmd/valid" "$(tail -1 "$work/why")"
        fi
    done
    run pfn --json --layout "$layout" "$file" 0x10
    plain "names/$i/pfn/json" "$work/out"
    rm "$file"
    run summary "$file"
    plain "names/$i/error" "$work/err"
    if [ "$(wc -l <"$work/err")" -eq 1 ]; then ok "names/$i/one-line"; else
        not_ok "names/$i/one-line" "$(cat "$work/err")"; fi
    run capsule --layout "$layout" "$core" "$file"
    plain "names/$i/capsule" "$work/out"
    run pfn --layout "$layout" "$core" "$name"
    plain "names/$i/spec" "$work/err"
done
# a name of another alphabet is shown as it is
cp "$core" "$work/grün"
run summary --layout "$layout" "$work/grün"
shows names/utf8 "grün"

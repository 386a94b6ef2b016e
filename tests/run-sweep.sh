#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-sweep.sh [EVERY [FORM...]]: every allocation and every read in turn goes wrong, in
# every command, with and without --json, on an ELF dump, kdump-compressed, flattened, and three
# capsules. At each: no signal, exit code 0, 1, 3 or 4; the good run's whole answer at exit code 0;
# one word at least at exit code 3, and JSON at all others; no file is left of a capsule or a carved dump
# that was not finished. EVERY: only each EVERY-th, for make check; figures on standard error.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
. tests/cli/lib.sh
: "${work:?}"

every=${1:-1}
shift $(($# > 0))
so=$(realpath "$B/tests/failing.so")
runs=0 faults=0

# not_json: which files of $work/json are none, in one go
not_json() {
    python3 - "$work"/json/* <<'END'
import json, os, sys
for name in sys.argv[1:]:
    try:
        json.load(open(name))
    except (OSError, ValueError):
        if os.path.exists(name):
            print(end=" %s: no JSON" % os.path.basename(name))
END
}

# each FORM NAME OUT JSON ARG...: OUT: the file that the command writes, or -
each() {
    local form=$1 name=$2 out=$3 json=$4 what n i rc bad
    shift 4
    for what in nomem eio short eintr end; do
        bad='' rc=0
        rm -rf "$work/json"
        mkdir "$work/json"
        FAILING=$what FAILING_COUNT=$work/count LD_PRELOAD=$so "$zdm" "$@" >"$work/good" 2>/dev/null ||
            rc=$?
        n=$(cat "$work/count") good_rc=$rc
        if [ "$out" != - ]; then mv "$out" "$work/good-file"; fi
        for ((i = 1; i <= n && ${#bad} < 300; i += every)); do
            rc=0 runs=$((runs + 1))
            FAILING=$what FAILING_AT=$i LD_PRELOAD=$so timeout 60 "$zdm" "$@" \
                >"$work/out" 2>"$work/err" </dev/null || rc=$?
            [ $rc -eq "$good_rc" ] || faults=$((faults + 1))
            case $rc in
            0)
                [ "$good_rc" -ne 0 ] || cmp -s "$work/good" "$work/out" ||
                    bad+=" $i: another answer at exit code 0"
                [ "$out" = - ] || cmp -s "$out" "$work/good-file" || bad+=" $i: another file at exit code 0" ;;
            1 | 3 | 4)
                [ $rc -ne 3 ] || [ -s "$work/err" ] || bad+=" $i: exit code 3 without a word"
                [ "$out" = - ] || [ $rc -eq 1 ] || [ ! -e "$out" ] || bad+=" $i: a file at exit code $rc" ;;
            *) bad+=" $i: exit code $rc" ;;
            esac
            # with exit code 3 the output ends where it failed, and standard error says so
            [ "$json" != json ] || [ $rc -eq 3 ] || [ ! -s "$work/out" ] || cp "$work/out" "$work/json/$i"
            [ "$out" = - ] || rm -f "$out"
        done
        bad+=$(not_json)
        if [ -n "$bad" ]; then not_ok "sweep/$form/$name/$what" "of $n:$bad"; else
            ok "sweep/$form/$name/$what-of-$n"; fi
    done
}

commands() {
    local form=$1 file=$2 command
    shift 2
    for command in summary ranges pgmaps sections; do
        each "$form" $command - text $command -q "$@" "$file"
        each "$form" $command-json - json $command -q --json "$@" "$file"
    done
    each "$form" pfn - text pfn "$@" "$file" "$pfn"
    each "$form" pfn-json - json pfn --json "$@" "$file" "$pfn"
    each "$form" check - text check -q "$@" "$file"
    each "$form" oops - text oops --text tests/vmcores/oops/2019.txt "$@" "$file"
    each "$form" oops-json - json oops --json --text tests/vmcores/oops/2019.txt "$@" "$file"
    each "$form" capsule "$work/made" text capsule -q "$@" "$file" "$work/made"
    case $form in elf | capsule*) each "$form" carve "$work/made" text carve -q "$@" "$file" "$work/made" ;; esac
}

make_core ""
pfn=0x48000
cp "$core" "$work/elf"
"$B/tests/dumpconv" kdump "$core" "$work/kdump"
"$B/tests/dumpconv" flat "$core" "$work/flat"
for name in 5.10/fsdax-dev 6.1/fsdax-dev 7.3/split; do
    xz -dc "tests/vmcores/$name.elf.xz" >"$work/capsule-${name%/*}"
done
forms=("$@")
[ $# -gt 0 ] || forms=(elf kdump flat capsule-5.10 capsule-6.1 capsule-7.3)
for form in "${forms[@]}"; do
    case $form in
    capsule*) commands "$form" "$work/$form" ;;
    *) commands "$form" "$work/$form" --layout "$layout" ;;
    esac
done
echo "$runs runs, $faults of them ended otherwise than the good one" >&2

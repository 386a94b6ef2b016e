#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: on every lab dump that crash opens, what `zdm -r`, `-s` and `-m` say in
# crash is what the command line says, letter for letter. crash takes symbols
# and types from the vmlinux, the command line from the dump itself (of 5.10: from the
# guest's own kallsyms and BTF); the dumps are read by two programs that share no code.
set -eu
# shellcheck source=tests/frontends/crash-lib.sh
. "$(dirname "$0")/crash-lib.sh"
need_crash crash-same

# Written to files by crash's own redirection.
commands() {
    printf 'zdm -r >%s\nzdm -s >%s\nzdm -m >%s\nzdm -c >%s\n' \
        "$work/r" "$work/s" "$work/m" "$work/c"
}

# cli COMMAND DUMP FILE
cli() {
    local rc=0 opts
    mapfile -t opts < <(tests/lab-layout.sh "$(dirname "$2")")
    "$B/zdm" "$1" -q "${opts[@]}" "$2" >"$3" 2>"$work/err" || rc=$?
    # exit code 1 tells of a damaged dump, which is for others to test
    [ $rc -le 1 ]
}

same() {
    local name=$1 dump=$2 what option
    for what in ranges:r sections:s pgmaps:m; do
        option=${what#*:} what=${what%:*}
        if ! cli "$what" "$dump" "$work/cli"; then
            not_ok "$name" "zdm $what: $(cat "$work/err")"
            return
        fi
        if ! diff "$work/cli" "$work/$option" >"$work/diff"; then
            not_ok "$name" "zdm -$option and zdm $what differ: $(head -n 6 "$work/diff")"
            return
        fi
    done
    if [ "$(wc -l <"$work/r")" -lt 2 ]; then
        not_ok "$name" "no ranges"
    elif ! grep -q 'contradict it: 0,' "$work/c"; then
        not_ok "$name" "zdm -c: $(cat "$work/c")"
    else
        ok "$name"
    fi
}

for kernel in $(kernels); do
    while read -r dump; do
        name=crash-same/${dump#"$LABDIR/"}
        rm -f "$work"/{r,s,m,c}
        if commands | run_crash "$(vmlinux_of "$kernel")" "$dump"; then
            same "$name" "$dump"
        elif grep -q 'shared object loaded' "$work/crash"; then
            not_ok "$name" "crash ended badly: $(tail -n 3 "$work/crash")"
        else
            skip "$name" "$("${CRASH_CMD[@]}" --version | head -n1) does not open it: $(crash_says)"
        fi
    done < <(dumps "$kernel")
done

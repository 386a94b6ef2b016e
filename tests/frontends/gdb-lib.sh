# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # what is set here is for others
# What the tests of the GDB commands share. Sourced, not run.
#   B       where zdm is built (build); GDB: the debugger (gdb)
#   LABDIR  the lab's dumps (build/lab)

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
: "${B:=build}" "${GDB:=gdb}" "${LABDIR:=$B/lab}"
export ZDM_LIBDIR=${ZDM_LIBDIR:-$PWD/$B}
ZDM_GDB=$PWD/extensions/gdb/zdm-gdb.py
NAME=$(basename "$0" .sh)
# shellcheck source=tests/suite.sh
. tests/suite.sh
WORK=$work
failed=0
passed=0

# All of it: a script has one reason.
skip() {
    say "ok $NAME # SKIP $(one_line "$@")"
    exit 0
}

fail() {
    not_ok "$NAME" "$@"
    failed=$((failed + 1))
}

# Many small ones count as one line of TAP, by finish.
pass() { passed=$((passed + 1)); }

finish() {
    [ "$passed" -eq 0 ] || ok "$NAME ($passed)"
    exit 0
}

command -v "$GDB" >/dev/null || skip "no $GDB here"

# run_gdb ARGUMENTS...: stdin and startup files out of play; both outputs to stdout
run_gdb() {
    "$GDB" -nx -batch -q -iex "set debuginfod enabled off" "$@" 2>&1 </dev/null
}

# lab_kernels: kernels of the lab that have both dumps and a debug vmlinux
lab_kernels() {
    local k
    for k in "$LABDIR"/cache/*/vmlinux; do
        [ -e "$k" ] || continue
        k=$(basename "$(dirname "$k")")
        [ -d "$LABDIR/$k" ] && echo "$k"
    done
}

# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # lab is for those that source this
# What the suites on the lab's dumps share, with tests/suite.sh. Sourced, from the top of the tree.
# shellcheck source=tests/suite.sh
. tests/suite.sh

export LABDIR=${LABDIR:-$B/lab}
lab=tests/vmcores/lab/lab.sh

# lab_kernels: the names of all, the newest last
lab_kernels() { grep -v '^#' tests/vmcores/lab/kernels.tab | cut -f1 | grep . | sort -V; }

# lab_kernel NAME: 7.x is the newest of 7
lab_kernel() {
    case $1 in
    7.x) lab_kernels | grep '^7\.' | tail -n 1 ;;
    *) echo "$1" ;;
    esac
}

# zdm_ranges [zdm options] DUMP: $work/json and $work/err. A damaged dump (exit code 1) is one, too.
zdm_ranges() {
    local rc=0
    timeout 600 "$B/zdm" ranges --json "$@" >"$work/json" 2>"$work/err" || rc=$?
    [ $rc -le 1 ] || { echo "exit code $rc: $(head -c 300 "$work/err")"; return 1; }
}

# against_testimony DIR [zdm options] DUMP: what zdm says of a dump and what the kernel in DIR testified,
# PFN for PFN; prints the count or the differences.
against_testimony() {
    local dir=$1
    shift
    zdm_ranges "$@" && "$B/tests/cmp_ranges" -j "$dir/expected.txt" "$work/json" 2>&1
}

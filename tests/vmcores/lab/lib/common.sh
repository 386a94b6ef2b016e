# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What every part of the lab uses: places, messages, tables. Sourced, not run.
# shellcheck disable=SC2034 # used by those who source this

LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${LABDIR:=build/lab}"
mkdir -p "$LABDIR"
LABDIR=$(cd "$LABDIR" && pwd)
CACHE=$LABDIR/cache
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$CACHE"
export PYTHONDONTWRITEBYTECODE=1
# bpftool, depmod, mke2fs and others are for root, where a PATH of users does not look
export PATH=$PATH:/usr/sbin:/sbin

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    printf 'lab: error: %s\n' "$*" >&2
    exit 1
}

need() {
    local c
    for c in "$@"; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$c" >/dev/null ||
            die "$c is not installed: run 'make lab-deps' (as root)"
    done
}

# table_rows FILE: the rows without comments and empty lines
table_rows() {
    sed -e 's/[ \t]*$//' -e '/^#/d' -e '/^$/d' "$1"
}

# The 7.x that is newest in the table may be asked for as 7.x
kernel_name() {
    if [ "$1" = 7.x ]; then
        table_rows "$LAB_SRC/kernels.tab" | cut -f1 | grep '^7\.[0-9]*$' | sort -V | tail -n 1
    else
        printf '%s\n' "$1"
    fi
}

# kernel_row NAME: sets K_NAME K_SUITE K_IMAGE K_TOOLS K_SAVE, and what its machine is (machine_set)
kernel_row() {
    local row machine
    row=$(table_rows "$LAB_SRC/kernels.tab" | awk -v k="$1" '$1 == k')
    [ -n "$row" ] || die "no kernel '$1' in kernels.tab (make lab-list shows them)"
    read -r K_NAME K_SUITE K_IMAGE K_TOOLS K_SAVE machine <<<"$row"
    machine_set "${machine:-amd64}"
    K_DIR=$CACHE/$K_NAME
}

# locked NAME COMMAND...: one at a time over all lab processes of this LABDIR
locked() {
    local name=$1
    shift
    (
        flock 9
        "$@"
    ) 9>"$CACHE/.lock-$name"
}

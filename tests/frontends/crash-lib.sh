# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests of the crash extension share. Sourced, not run.
#   B, LABDIR   where zdm is built (build), where the lab's dumps are (build/lab)
#   CRASH       the crash to test with: a command, words divided by blanks (crash);
#               it must see the same files under the same names
#   ZDM_SO      the extension built for it (build/crash/zdm.so)
#   KERNELS     kernels of the lab to test with (those with a debug vmlinux)
#   SCENARIOS   only these scenarios (all)

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/suite.sh
LABDIR=$(realpath -m "${LABDIR:-$B/lab}")
ZDM_SO=$(realpath -m "${ZDM_SO:-$B/crash/zdm.so}")
read -ra CRASH_CMD <<<"${CRASH:-crash}"

# Called first: says why there is nothing to do, and ends.
need_crash() {
    command -v "${CRASH_CMD[0]}" >/dev/null || { skip "$1" "no ${CRASH_CMD[0]} here"; exit 0; }
    [ -e "$ZDM_SO" ] || { skip "$1" "$ZDM_SO is not built"; exit 0; }
    [ -x "$B/zdm" ] || { skip "$1" "$B/zdm is not built"; exit 0; }
    [ -n "$(kernels)" ] || { skip "$1" "no dumps with a vmlinux in $LABDIR (make lab, lab-vmlinux)"; exit 0; }
}

kernels() {
    local k
    if [ -n "${KERNELS:-}" ]; then
        tr ' ' '\n' <<<"$KERNELS"
        return
    fi
    for k in "$LABDIR"/cache/*/vmlinux; do
        [ -e "$k" ] || continue
        k=$(basename "$(dirname "$k")")
        [ ! -d "$LABDIR/$k" ] || echo "$k"
    done
}

vmlinux_of() { echo "$LABDIR/cache/$1/vmlinux"; }

# dumps KERNEL: every dump of it, a path a line
dumps() {
    local d f
    for d in "$LABDIR/$1"/*/; do
        [ -e "$d/.done" ] || continue
        case " ${SCENARIOS:-$(basename "$d")} " in
        *" $(basename "$d") "*) ;;
        *) continue ;;
        esac
        for f in dump.elf dump.kdump vmcore vmcore.makedumpfile; do
            [ ! -e "$d$f" ] || echo "$d$f"
        done
    done
}

# run_crash VMLINUX DUMP [crash options] <COMMANDS: output in $work/crash, both streams.
# The extension is loaded first. False if crash did not reach its prompt.
run_crash() {
    local vmlinux=$1 dump=$2 rc=0
    shift 2
    { echo "extend $ZDM_SO"; cat; echo quit; } >"$work/commands"
    timeout "${CRASH_TIMEOUT:-300}" "${CRASH_CMD[@]}" -s "$@" -i "$work/commands" "$vmlinux" "$dump" \
        </dev/null >"$work/crash" 2>&1 || rc=$?
    grep -q 'shared object loaded' "$work/crash" && [ $rc -eq 0 ]
}

# Why crash did not open a dump, in its own words.
crash_says() {
    grep -v '^$' "$work/crash" | grep -m1 -iE 'cannot|invalid|failed|not |error|segmentation' ||
        tail -n1 "$work/crash"
}

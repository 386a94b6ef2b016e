#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Inside a lab guest, `zdm ranges --json /proc/kcore` says what the kernel testifies, PFN for PFN, in
# under 0.2 s of the emulated machine; who may not look is told so in one line.
#   KERNELS    kernels of the lab (KERNEL, or 6.1)
#   SCENARIOS  its scenarios, or "all" that do not end with the kernel halted
#   LIMIT_MS   instead of 200, for a machine that has other things to do; LAB_LOCK: as in the lab
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"
: "${LIMIT_MS:=200}"

: "${KERNELS:=${KERNEL:-6.1}}" "${SCENARIOS:=fsdax-dev split hole offline}"
LABDIR=$(realpath -m "$LABDIR")
export LABDIR
LAB=tests/vmcores/lab/lab.sh

command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64 here (make lab-deps)"
[ -x "$B/zdm" ] || skip "no $B/zdm: run make"
[ -x "$B/tests/cmp_ranges" ] || skip "no $B/tests/cmp_ranges: run make test-bins"

# Guests that are stopped by our module halt before they could run a program at that state.
all_scenarios() {
    sed -e '/^#/d' -e '/^$/d' tests/vmcores/lab/scenarios.tab | cut -f1 |
        grep -v -e case4 -e teardown -e '^oops'
}
[ "$SCENARIOS" != all ] || SCENARIOS=$(all_scenarios)

# the times of a run in milliseconds, sorted
times_ms() {
    sed -n 's/^real[ \t]*\([0-9]*\)m *\([0-9.]*\)s/\1 \2/p' "$1" |
        awk '{ printf "%d\n", ($1 * 60 + $2) * 1000 + 0.5 }' | sort -n
}

check_times() {
    local ms
    mapfile -t ms < <(times_ms "$2/guest-extra.txt")
    if [ ${#ms[@]} -lt 5 ]; then
        fail "$1: no times: $(tail -n 3 "$2/guest-extra.txt")"
    elif [ "${ms[0]}" -ge "$LIMIT_MS" ]; then
        fail "$1: ${ms[*]} ms, none under $LIMIT_MS"
    else
        pass
        echo "$NAME: $1: best ${ms[0]} ms, median ${ms[${#ms[@]} / 2]} ms"
    fi
}

check_nobody() {
    if grep -q '^nobody 3$' "$2/guest-extra.txt" && [ "$(wc -l <"$2/extra/nobody.txt")" = 1 ] &&
        grep -q 'to root only' "$2/extra/nobody.txt"; then
        pass
    else
        fail "$1: without root: $(cat "$2/extra/nobody.txt")"
    fi
}

# layout file and capsule give the same verdicts
check_made() {
    local file out
    "$B/zdm" ranges -q --json "$2/extra/capsule" >"$2/extra/ranges-capsule.json" || true
    for file in layout capsule; do
        if out=$(tests/lab-judge.sh "$2" "$2/extra/ranges-$file.json" 2>&1); then
            pass
        else
            fail "$1: with the $file: $out"
        fi
    done
    if grep -q '^dry-run 0$' "$2/guest-extra.txt" && grep -q '^kept ' "$2/extra/dry-run.txt"; then
        pass
    else
        fail "$1: carve --dry-run: $(tail -n 3 "$2/extra/dry-run.txt")"
    fi
    if grep -q '^carve 3$' "$2/guest-extra.txt" && [ ! -e "$2/extra/carved" ] &&
        grep -q 'no dump to be carved; --dry-run' "$2/extra/carve.txt"; then
        pass
    else
        fail "$1: carve: $(cat "$2/extra/carve.txt")"
    fi
}

check_hotplug() {
    [ -e "$2/extra/hotplug.txt" ] || return 0
    if grep '^hotplug' "$2/guest-extra.txt" | grep -qv '^hotplug [01]$'; then
        fail "$1: under hot-plug: $(head -n 3 "$2/extra/hotplug.txt")"
    elif ! grep -q 'plugged or unplugged' "$2/extra/hotplug.txt"; then
        fail "$1: hot-plug under the reader was never noticed"
    else
        pass
        echo "$NAME: $1: hot-plug noticed $(grep -c 'plugged' "$2/extra/hotplug.txt") times in 20"
    fi
}

check_run() {
    local dir=$2 out
    if ! out=$(tests/lab-judge.sh "$dir" "$dir/extra/ranges.json" 2>&1); then
        fail "$1: differs from the testimony: $out"
    else
        pass
    fi
    grep -q 'the running kernel' "$dir/extra/summary.txt" || fail "$1: summary does not say what it is of"
    check_times "$1" "$dir"
    check_nobody "$1" "$dir"
    check_made "$1" "$dir"
    check_hotplug "$1" "$dir"
}

one() {
    local kernel=$1 scenario=$2 dir=$LABDIR/$1/kcore.$2 before=$failed
    rm -rf "$dir"
    if LAB_NAME=kcore.$scenario LAB_GUEST_EXTRA="$B/zdm tests/frontends/guest/guest-extra.sh" \
        "$LAB" run "$kernel" "$scenario" >"$WORK/lab" 2>&1; then
        check_run "$kernel/$scenario" "$dir"
        [ "$failed" -gt "$before" ] || rm -rf "$dir"
    elif grep -q 'cannot show' "$WORK/lab"; then
        echo "$NAME: $kernel/$scenario: passed over, this kernel cannot show it"
    else
        fail "$kernel/$scenario: $(tail -n 1 "$WORK/lab")"
    fi
}

lockdown() {
    local said
    LAB_NAME=kcore.lockdown \
        LAB_GUEST_EXTRA="$B/zdm tests/frontends/guest/lockdown/guest-extra.sh" \
        "$LAB" run "$1" ram >"$WORK/lab" 2>&1 || true
    rm -rf "${LABDIR:?}/$1/.tmp-kcore.lockdown"
    said=$(grep -m 1 'lockdown-test' "$WORK/lab" || tail -n 1 "$WORK/lab")
    case $said in
    *"exit 3: zdm: /proc/kcore: the kernel is locked down"*) pass ;;
    *) fail "$1: locked down: $said" ;;
    esac
}

for kernel in $KERNELS; do
    for scenario in $SCENARIOS; do
        one "$kernel" "$scenario"
    done
    lockdown "$kernel"
done
finish

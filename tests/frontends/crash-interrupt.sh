#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: Ctrl-C and a pager left early, in the real crash on a terminal of its
# own: the prompt comes back, and the next command works. KERNEL (6.1) of the lab.
set -eu
# shellcheck source=tests/frontends/crash-lib.sh
. "$(dirname "$0")/crash-lib.sh"
need_crash crash-interrupt
kernel=${KERNEL:-6.1}
dump=$LABDIR/$kernel/fsdax-dev/dump.elf
[ -e "$dump" ] || { skip crash-interrupt "no $dump"; exit 0; }
script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
    { skip crash-interrupt "no script(1), or no pseudo-terminals here"; exit 0; }

screen=$work/screen
mkfifo "$work/keys"
export TERM=dumb PAGER=more
script -qefc "${CRASH_CMD[*]} -s $(vmlinux_of "$kernel") $dump" "$screen" \
    <"$work/keys" >"$work/script.out" 2>&1 &
terminal=$!
exec 3>"$work/keys"

type_line() { printf '%s\n' "$1" >&3; }
# The terminal throws away what was typed before Ctrl-C and not yet read.
ctrl_c() {
    printf '\003' >&3
    sleep 1
}

# shows N TEXT: wait until TEXT has been on the screen N times
shows() {
    local i
    for ((i = 0; i < 600; i++)); do
        [ "$(grep -acF -- "$2" "$screen" || true)" -lt "$1" ] || return 0
        kill -0 $terminal 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

fail() {
    not_ok "$1" "$2; the end of the screen: $(tail -c 1500 "$screen" | tr -d '\r')"
    exec 3>&-
    kill $terminal 2>/dev/null || true
    exit 0
}

sleep 1
type_line 'set scroll off'
type_line "extend $ZDM_SO"
shows 1 'shared object loaded' || fail crash-interrupt/start "crash did not start"

# the first command builds the model: interrupt it at once, then in full swing
type_line 'zdm -m'
sleep 0.05
ctrl_c
type_line 'zdm -s 0'
shows 1 'PMOE' || fail crash-interrupt/building "no answer after Ctrl-C"
ok crash-interrupt/building

type_line 'repeat zdm -k -l'
shows 2 'mapcnt' || fail crash-interrupt/listing "the list does not run"
ctrl_c
type_line 'zdm -p 0x100000'
shows 1 'struct page: not shown, it must not be believed' ||
    fail crash-interrupt/listing "no answer after Ctrl-C"
before=$(grep -ac mapcnt "$screen")
sleep 2
[ "$(grep -ac mapcnt "$screen")" -eq "$before" ] || fail crash-interrupt/listing "the list goes on"
ok crash-interrupt/listing

# to a pager that reads one line and goes
type_line 'zdm -k -l | head -n 1'
type_line 'zdm -s 1'
shows 2 'PMOE' || fail crash-interrupt/pipe "no answer after a pipe was closed"
ok crash-interrupt/pipe

# the scroll command itself, left with q
type_line 'set scroll more'
type_line 'zdm -k -l'
sleep 2
printf 'q' >&3
sleep 1
type_line 'set scroll off'
type_line 'zdm -s 2'
shows 3 'PMOE' || fail crash-interrupt/pager "no answer after the pager was left"
ok crash-interrupt/pager

type_line 'quit'
exec 3>&-
rc=0
wait $terminal || rc=$?
if [ $rc -ne 0 ] || grep -aqi 'segmentation\|recursive\|recursive restart' "$screen"; then
    not_ok crash-interrupt/end "exit code $rc: $(tail -c 500 "$screen")"
else
    ok crash-interrupt/end
fi

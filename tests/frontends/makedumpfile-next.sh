#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# makedumpfile-patch/next: without an extension that asks for it, each mode writes
# what the unpatched one of the same version writes, byte for byte; the extension of
# the series and zdm.so complete a dump whose memmap has a hole, and zdm.so's counts
# by class add up to what makedumpfile itself counted.
#   NEXT, STOCK_HEAD          the same makedumpfile (EXTENSION=on) with and without the series
#   EXTENSION, EXCLUDE_RANGE  zdm.so, and extensions/exclude_range.so of the patched tree
#   MDF_SCENARIOS             (ram offline), where the unpatched one can write a dump
set -eu
. "$(dirname "$0")/makedumpfile-lib.sh"
[ -n "${NEXT:-}" ] && [ -n "${STOCK_HEAD:-}" ] || skip_all "no NEXT= and STOCK_HEAD= given"

# mode BINARY IN OUT WORD...: a dump, or in case of -F what is written to standard output
mode() {
    local m=$1 in=$2 out=$3
    shift 3
    case " $* " in
    *' -F '*) "$m" "$@" "$in" >"$out" 2>"$WORK/err" ;;
    *' --split '*) "$m" "$@" "$in" "$out" "$out.2" >"$WORK/err" 2>&1 && cat "$out.2" >>"$out" && rm "$out.2" ;;
    *) "$m" "$@" "$in" "$out" >"$WORK/err" 2>&1 ;;
    esac
}

# same TEST IN WORD...: both end alike and write the same
same() {
    local test=$1 in=$2 rc=0 rc2=0
    shift 2
    rm -f "$WORK"/[ab] "$WORK"/[ab].2
    mode "$STOCK_HEAD" "$in" "$WORK/a" "$@" || rc=$?
    mode "$NEXT" "$in" "$WORK/b" "$@" || rc2=$?
    if [ $rc != $rc2 ]; then not_ok "$test" "exit code $rc without, $rc2 with the series";
    elif [ $rc != 0 ]; then skip "$test" "neither can ($(tail -1 "$WORK/err"))";
    elif cmp -s "$WORK/a" "$WORK/b"; then ok "$test"; else not_ok "$test" "the dumps differ"; fi
}

ran=0
# shellcheck disable=SC2086 # a list
for s in $(lab_scenarios ${MDF_SCENARIOS:-ram offline}); do
    [ -e "$LABDIR/$s/dump.elf" ] || continue
    ran=1
    in=$WORK/fixed.elf
    phoff64 "$LABDIR/$s/dump.elf" "$in"
    for words in '-l -d 31' '-c -d 31' '-p -d 31' '-z -d 31' '-d 31' '-l -d 0' '-l -d 1' '-E -d 31' \
        '-F -l -d 31' '--split -l -d 31' '--num-threads 2 -c -d 31' '--cyclic-buffer 1 -l -d 31' \
        '--cyclic-buffer 1 -E -d 31'; do
        same "$s/${words// /}" "$in" $words
    done
    # a dump that was filtered before, read again
    "$NEXT" -l -d 1 "$in" "$WORK/filtered" >/dev/null 2>&1
    same "$s/again" "$WORK/filtered" -l -d 31
    rm -f "$WORK"/{a,b,filtered,fixed.elf}
done
if [ -r /proc/kcore ] && "$STOCK_HEAD" --mem-usage /proc/kcore >"$WORK/a" 2>&1; then
    check mem-usage "$NEXT" --mem-usage /proc/kcore
else
    skip mem-usage "$(head -c 200 "$WORK/a" 2>/dev/null | head -1) (needs a live kernel's /proc/kcore)"
fi

# The memmap of fsdax-dev ends inside of a section.
for s in $(lab_scenarios fsdax-dev); do
    in=$LABDIR/$s/dump.elf
    if "$NEXT" -l -d 31 "$in" "$WORK/a" >"$WORK/log" 2>&1; then
        not_ok "$s/alone" "completes without an extension: nothing is shown"
    else ok "$s/alone"; fi
    rm -f "$WORK/a"
    if [ -n "${EXCLUDE_RANGE:-}" ]; then
        hole=$("$ZDM" ranges -q --class hole "$in" | awk 'NR == 2 { print $1 "-" $2 }')
        EXCLUDE_PFNS=$hole check "$s/exclude-range" "$NEXT" --extension "$EXCLUDE_RANGE" -l -d 31 "$in" "$WORK/a"
        rm -f "$WORK/a"
    fi
    [ -n "${EXTENSION:-}" ] || continue
    for words in '-l -d 31' '--cyclic-buffer 1 -l -d 31' '-E -d 31' '--num-threads 2 -c -d 31'; do
        rm -f "$WORK/a"
        "$NEXT" --extension "$EXTENSION" --show-stats $words "$in" "$WORK/a" >"$WORK/log" 2>&1 || true
        # printf reads the hexadecimal numbers, the shell adds them up
        total=$(sed -n 's/.*Extension filter pages *: //p' "$WORK/log")
        sum=0
        for n in $(sed -n 's/.*Memmap filter: [a-z]* *: //p' "$WORK/log"); do sum=$((sum + n)); done
        if [ -n "$total" ] && [ $sum -gt 0 ] && [ $((total)) = $sum ]; then ok "$s/counts${words// /}"; else
            not_ok "$s/counts${words// /}" "makedumpfile: ${total:-nothing}, by class: $sum: $(tail -2 "$WORK/log")"
        fi
    done
done
[ $ran = 1 ] || skip_all "no lab dumps in $LABDIR"

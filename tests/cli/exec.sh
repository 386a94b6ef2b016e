#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: zdm exec runs its host whatever becomes of zdm: dumps that kill, hang or
# take all memory, a killed child, no memory, a library that does not load. What
# the host sees, its environment, signals and exit code.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh
make_core
whole=$(stat -c %s "$core")
hostile=../shared/hostile

# A host with an exit code of its own that says how long the dump is to it.
host=$work/host
cat >"$host" <<'END'
#!/bin/sh
stat -c %s "$1"
exit 7
END
chmod +x "$host"

# sees NAME view|whole PATTERN ARG...: the host ran, ended with its own code, and
# saw a view or the whole; a line on standard error matches PATTERN ("" : none)
sees() {
    local name=$1 what=$2 pattern=$3 size=$whole
    shift 3
    [ -z "${file:-}" ] || size=$(stat -c %s "$file")
    run exec "$@" "$host" "${file:-$core}"
    if [ "$rc" -ne 7 ]; then
        not_ok "$name" "exit code $rc: $(cat "$work/err")"
    elif [ "$what" = view ] && [ "$(cat "$work/out")" -le "$size" ]; then
        not_ok "$name" "no view: $(cat "$work/out" "$work/err")"
    elif [ "$what" = whole ] && [ "$(cat "$work/out")" != "$size" ]; then
        not_ok "$name" "not the whole: $(cat "$work/out" "$work/err")"
    elif [ -z "$pattern" ] && [ -s "$work/err" ]; then
        not_ok "$name" "said: $(cat "$work/err")"
    elif [ -n "$pattern" ] && ! grep -Eq "^zdm: .*($pattern)" "$work/err"; then
        not_ok "$name" "no /$pattern/ in: $(cat "$work/err")"
    else
        ok "$name"
    fi
}

sees exec/view view 'pages left out' --layout "$layout"
sees exec/dashes view 'pages left out' --layout "$layout" --
sees exec/quiet view '' -q --layout "$layout"
run exec --layout "$layout" stat -c %s "$core"    # options behind the host are the host's
if [ "$rc" -eq 0 ] && [ "$(cat "$work/out")" -gt "$whole" ]; then ok exec/host-options; else
    not_ok exec/host-options "exit code $rc: $(cat "$work/err")"; fi

# Limits, and what is no limit.
sees exec/memory-limit whole 'sees it as it is' --memory-limit 1 --layout "$layout"
sees exec/memory-none view 'pages left out' --memory-limit 0 --time-limit 0 --layout "$layout"
value exec/memory-bad "MiB" exec --memory-limit x "$host" "$core"
value exec/time-bad "seconds" exec --time-limit -1 "$host" "$core"

# A child that is killed, or never ends, by a preloaded library of its own.
cat >"$work/bad.c" <<'END'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <stdio.h>
/* as the analysis begins: it asks for the limits of its memory */
int getrlimit(int what, void *to);
int getrlimit(int what, void *to)
{
	const char *how = getenv("BAD");

	(void)what;
	(void)to;
	if (how && *how == 's')
		for (;;)
			pause();
	if (how && *how == 'e')
		_exit(0);
	if (how)
		raise(atoi(how));
	return -1;
}
END
if ${CC:-cc} -w -shared -fPIC -o "$work/bad.so" "$work/bad.c"; then
    export LD_PRELOAD=$work/bad.so
    for sig in SEGV KILL ABRT BUS; do
        BAD=$(kill -l $sig) sees "exec/killed/$sig" whole "killed by signal $(kill -l $sig) .*sees it as it is" \
            --layout "$layout"
    done
    BAD=e sees exec/gone whole 'ended without a result' --layout "$layout"
    start=$SECONDS
    BAD=s sees exec/hangs whole 'longer than 1 s' --time-limit 1 --layout "$layout"
    if [ $((SECONDS - start)) -lt 20 ]; then ok exec/hangs/time; else
        not_ok exec/hangs/time "$((SECONDS - start)) s"; fi
    unset LD_PRELOAD
fi

# What the host inherits: signals, environment, descriptors.
# grep in the shell's place: a shell that starts a child has all signals blocked
# for a moment.
cat >"$work/inherits" <<'END'
#!/bin/sh
echo "preload ${LD_PRELOAD:-none} ${ZDM_VIEW_FD:+fd}"
exec grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
END
chmod +x "$work/inherits"
rc=0
"$work/inherits" "$core" >"$work/plain" || true
run exec -q --layout "$layout" "$work/inherits" "$core"
if [ "$(grep ^Sig "$work/plain")" = "$(grep ^Sig "$work/out")" ]; then ok exec/signals; else
    not_ok exec/signals "$(cat "$work/plain" "$work/out")"; fi
run exec -q --memory-limit 1 --layout "$layout" "$work/inherits" "$core"
if cmp -s "$work/plain" "$work/out"; then ok exec/environment; else
    not_ok exec/environment "$(diff "$work/plain" "$work/out")"; fi
(
    trap '' PIPE
    run exec -q --layout "$layout" "$work/inherits" "$core"
    trap '' PIPE
    "$work/inherits" "$core" >"$work/plain" || true
    if [ "$(grep ^Sig "$work/plain")" = "$(grep ^Sig "$work/out")" ]; then ok exec/signals/ignored; else
        not_ok exec/signals/ignored "$(cat "$work/plain" "$work/out")"; fi
)
# a pipe that nobody reads ends the host as it would without zdm
rc=0
bash -c 'set -o pipefail; "$@" | true' _ "$zdm" exec -q --layout "$layout" --vmcore "$core" \
    -- yes >"$work/out" 2>&1 || rc=$?
if [ $rc -eq 141 ]; then ok exec/sigpipe; else not_ok exec/sigpipe "exit code $rc"; fi
# a script that uses the small descriptors for itself
cat >"$work/shuffles" <<'END'
#!/bin/sh
exec 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9</dev/null
stat -c %s "$1"
END
chmod +x "$work/shuffles"
run exec -q --layout "$layout" "$work/shuffles" "$core"
if [ "$(cat "$work/out")" -gt "$whole" ]; then ok exec/descriptors; else
    not_ok exec/descriptors "$(cat "$work/out" "$work/err")"; fi

# Where the library lies, and whether it is one.
for place in 'a b' 'a:b' 'a;b' "a\$LIB b" plain; do
    mkdir -p "$work/in/$place"
    cp "$B/zdm-preload.so" "$work/in/$place/"
    ZDM_PRELOAD="$work/in/$place/zdm-preload.so" sees "exec/library/$place" view 'pages left out' \
        --layout "$layout"
done
(
    zdm=$PWD/$zdm
    cd "$work/in/plain"
    ZDM_PRELOAD=zdm-preload.so sees exec/library/relative view 'pages left out' --layout "$layout"
) || true
ZDM_PRELOAD=$work/none.so sees exec/library/none whole 'not found .*sees it as it is' --layout "$layout"
echo 'no library' >"$work/text.so"
ZDM_PRELOAD=$work/text.so sees exec/library/text whole 'does not load .*text.so' --layout "$layout"

# No memory: each allocation in turn, and all that follow it, of zdm and of the
# host; false ends with 1, which is none of zdm's codes for what it could not do.
if [ -e $hostile/mf.c ] && ${CC:-cc} -w -O1 -shared -fPIC -o "$work/mf.so" $hostile/mf.c -ldl; then
    bad=
    for n in 1 2 3 5 8 13 21 34 55 89 144 233 377 610 987; do
        for all in '' 1; do
            rc=0
            env LD_PRELOAD="$work/mf.so" MF_N=$n ${all:+MF_ALL=1} timeout 60 "$zdm" exec \
                --layout "$layout" false "$core" >"$work/out" 2>"$work/err" || rc=$?
            [ $rc -eq 1 ] || bad="$bad $n$all:$rc"
        done
    done
    if [ -z "$bad" ]; then ok exec/no-memory; else not_ok exec/no-memory "allocation:code$bad"; fi
else
    skip exec/no-memory "no $hostile/mf.c"
fi

# Hostile inputs, with little memory; each is a file that nobody trusts.
if [ -d $hostile ]; then
    for path in "$hostile"/A1.kdump "$hostile"/A1b.kdump "$hostile"/A2.elf; do
        file=$path sees "exec/hostile/${path##*/}" whole 'sees it as it is' --vmcore "$path"
    done
    for path in "$hostile"/*.xz; do
        name=${path##*/}
        xz -dc "$path" >"$work/bomb"
        # whatever zdm makes of it within its limits: the host runs
        file=$work/bomb
        run exec --memory-limit 256 --time-limit 10 --layout $hostile/6.1.layout "$host" "$file"
        if [ "$rc" -eq 7 ] && [ -s "$work/err" ]; then ok "exec/hostile/$name"; else
            not_ok "exec/hostile/$name" "exit code $rc: $(cat "$work/err")"; fi
        rm "$work/bomb"
    done
else
    skip exec/hostile "no $hostile"
fi

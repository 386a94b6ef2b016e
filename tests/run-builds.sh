#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: run-builds.sh [full]: zdm as others build it: with their flags, which
# must reach every command, and warnings as errors. Without "full" (make check)
# only what differs most: the library that has the names of libc's functions,
# and the lines that would be run. Full (make check-builds): everything, by each
# compiler that is installed, with each set of flags; then installed, used, and
# removed, in a prefix with a blank.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES CPPFLAGS CFLAGS LDFLAGS
full=${1:-}
jobs=$(nproc)

# build NAME TARGET... : VAR=VALUE among the targets as make has it
build() {
    local name=$1 out
    shift
    if out=$(make -s -k -j"$jobs" B="$work/$name" WERROR=-Werror "$@" 2>&1); then ok "builds/$name"
    else not_ok "builds/$name" "$(grep -E 'error|Error|warning' <<<"$out" || printf '%s' "$out")"; fi
    [ "$full" != full ] || [ "$name" = installed ] || rm -rf "${work:?}/$name"
}

# What a packager adds is in each line that compiles, and in each that links.
flags() {
    local lines part bad
    make -n V=1 B="$work/flags" CPPFLAGS=-DSEEN_CPPFLAGS CFLAGS=-DSEEN_CFLAGS \
        LDFLAGS=-Wl,-DSEEN_LDFLAGS all gdb test-bins >"$work/lines" 2>"$work/err" || {
        not_ok builds/flags "$(cat "$work/err")"
        return
    }
    lines=$(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$work/lines" | grep -E '^(cc|gcc|clang) ')
    for part in compile:CPPFLAGS compile:CFLAGS link:CFLAGS link:LDFLAGS; do
        case $part in
        compile:*) bad=$(grep -E '\.c( |$)' <<<"$lines" || true) ;;
        *) bad=$(grep -vE ' -c ' <<<"$lines" || true) ;;
        esac
        if [ "$(wc -l <<<"$bad")" -lt 5 ]; then
            not_ok "builds/flags/$part" "only these lines: $bad"
        elif bad=$(grep -v "SEEN_${part#*:}" <<<"$bad"); then
            not_ok "builds/flags/$part" "not in: $(head -3 <<<"$bad")"
        else
            ok "builds/flags/$part"
        fi
    done
}

loud() {
    if make -s B="$work/loud" PKG_CONFIG=false all >"$work/out" 2>&1; then
        not_ok builds/pkg-config "builds without libraries"
    elif grep -q 'make deps' "$work/out"; then ok builds/pkg-config
    else not_ok builds/pkg-config "$(tail -3 "$work/out")"; fi
}

compilers() {
    local cc
    for cc in gcc-11 gcc-12 gcc-13 gcc-14 gcc-15 clang-14 clang-16 clang-19; do
        if command -v $cc >/dev/null; then printf '%s\n' $cc
        elif [ "$full" = full ]; then skip "builds/$cc" "$cc is not installed" >&3; fi
    done
}

# A machine of several architectures, a prefix with a blank: it works, and goes without a trace.
installed() {
    local root="$work/a root" prefix="/opt/a b" zdm out
    local args=(B="$work/installed" DESTDIR="$root" PREFIX="$prefix" libdir="$prefix/lib/triplet")
    make -s -j"$jobs" "${args[@]}" install >"$work/out" 2>&1 || {
        not_ok builds/install "$(tail -3 "$work/out")"
        return
    }
    zdm=$root$prefix/bin/zdm
    "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/layout" -o "$work/core" \
        tests/vmcores/text/5.10-fsdax-dev.txt
    "$zdm" carve -q --layout "$work/layout" "$work/core" "$work/carved" >/dev/null
    out=$("$zdm" exec --layout "$work/layout" wc -c "$work/core" 2>"$work/err" || true)
    # headers of its own in front of the whole original
    if [ "${out%% *}" -gt "$(stat -c %s "$work/core")" ] && grep -q 'pages left out' "$work/err"; then
        ok builds/install/exec
    else
        not_ok builds/install/exec "$out $(cat "$work/err")"
    fi
    make -s "${args[@]}" uninstall >"$work/out" 2>&1 || true
    out=$(find "$root" ! -type d -o -name '*zdm*')
    if [ -z "$out" ]; then ok builds/install/uninstall; else not_ok builds/install/uninstall "$out"; fi
}

exec 3>&1
loud
if [ "$full" != full ]; then
    flags
    # asking a compiler for these few files is a matter of a second
    for level in 1 2 3; do
        build fortify-$level CPPFLAGS="-D_FORTIFY_SOURCE=$level" "$work/fortify-$level/zdm-preload.so" \
            "$work/fortify-$level/tests/faulty.so" "$work/fortify-$level/tests/notmpfile.so"
    done
    build lto CFLAGS='-O3 -flto' "$work/lto/zdm-preload.so"
    exit
fi
everything='all gdb'
[ ! -e "${CRASH_INCLUDE:-/usr/include/crash}/defs.h" ] || everything="$everything crash"
flags
# shellcheck disable=SC2086 # a list
{
    for cc in $(compilers); do
        build "$cc" CC="$cc" $everything
    done
    for level in 1 2 3; do
        build fortify-$level CPPFLAGS="-D_FORTIFY_SOURCE=$level" $everything \
            "$work/fortify-$level/tests/faulty.so" "$work/fortify-$level/tests/notmpfile.so"
    done
    build O3 CFLAGS=-O3 $everything
    build lto CFLAGS='-O2 -flto=auto' $everything
    if command -v dpkg-buildflags >/dev/null; then
        build debian CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)" \
            CFLAGS="$(dpkg-buildflags --get CFLAGS)" LDFLAGS="$(dpkg-buildflags --get LDFLAGS)" \
            $everything
    else
        skip builds/debian "no dpkg-buildflags here"
    fi
}
installed

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install.sh install|uninstall DESTDIR TABLE: one table for both, so that what is
# installed is also removed. Its rows end with a semicolon:
#   MODE | DIRECTORY | FILE...       files of ours, by that mode, into the directory
#   link | DIRECTORY | NAME TARGET   a symbolic link
# Directories may hold blanks. Those below one that is called zdm are ours and go
# when they are empty.
set -eu

what=$1 dest=$2 table=$3

trim() {
    trimmed=${1#"${1%%[![:space:]]*}"}
    trimmed=${trimmed%"${trimmed##*[![:space:]]}"}
}

put() {
    mode=$1 dir=$2
    shift 2
    mkdir -p "$dest$dir"
    if [ "$mode" = link ]; then
        ln -sf "$2" "$dest$dir/$1"
    else
        ${INSTALL:-install} -m "$mode" "$@" "$dest$dir/"
    fi
}

take_away() {
    mode=$1 dir=$2
    shift 2
    [ "$mode" != link ] || set -- "$1"
    for file; do
        rm -f "$dest$dir/${file##*/}"
    done
    while :; do
        case $dir in
        */zdm | */zdm/*) ;;
        *) break ;;
        esac
        rm -rf "$dest$dir/__pycache__"
        rmdir "$dest$dir" 2>/dev/null || [ ! -e "$dest$dir" ] || break
        dir=${dir%/*}
    done
}

while [ -n "$table" ]; do
    row=${table%%;*}
    table=${table#"$row"}
    table=${table#;}
    trim "${row%%|*}"
    mode=$trimmed
    [ -n "$mode" ] || continue
    row=${row#*|}
    trim "${row%%|*}"
    # shellcheck disable=SC2086 # a list, with patterns
    case $what in
    install) put "$mode" "$trimmed" ${row#*|} ;;
    uninstall) take_away "$mode" "$trimmed" ${row#*|} ;;
    esac
done

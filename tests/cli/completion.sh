#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the shell completions are those of the command line as it is, and complete what
# is begun: commands, options, classes, columns, files.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

for shell in bash:zdm.bash zsh:_zdm fish:zdm.fish; do
    works "completion/${shell%:*}" 0 completion "${shell%:*}"
    if diff "tools/completion/${shell#*:}" "$work/out" >"$work/err"; then
        ok "completion/${shell%:*}/current"
    else
        not_ok "completion/${shell%:*}/current" \
            "run: zdm completion ${shell%:*} >tools/completion/${shell#*:}; $(head -5 "$work/err")"
    fi
    if ! command -v "${shell%:*}" >/dev/null; then
        skip "completion/${shell%:*}/parses" "no ${shell%:*} here"
    elif "${shell%:*}" -n "tools/completion/${shell#*:}" 2>"$work/err"; then
        ok "completion/${shell%:*}/parses"
    else
        not_ok "completion/${shell%:*}/parses" "$(cat "$work/err")"
    fi
done
value completion/no-shell "'tcsh' is no shell" completion tcsh

# every command and option that the help names is in each of them
for cmd in $("$zdm" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    for file in tools/completion/*; do
        if ! grep -qw "$cmd" "$file"; then not_ok "completion/has/$cmd" "not in $file"; continue 2; fi
    done
    missing=''
    for option in $("$zdm" "$cmd" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE '[a-z][a-z-]+$'); do
        for file in tools/completion/*; do
            grep -qE -- "(--|-l )$option\b" "$file" || missing="$missing $option"
        done
    done
    if [ -z "$missing" ]; then ok "completion/has/$cmd"; else not_ok "completion/has/$cmd" "$missing"; fi
done

# completes NAME WORDS... -- EXPECTED...: the last of WORDS is being typed
completes() {
    local name=$1 said typed=() want=()
    shift
    while [ "$1" != -- ]; do typed+=("$1"); shift; done
    shift
    want=("$@")
    # shellcheck disable=SC1091
    said=$(. tools/completion/zdm.bash
        COMP_WORDS=(zdm "${typed[@]}") COMP_CWORD=${#typed[@]}
        _zdm
        printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
    if [ "$said" = "$(printf '%s\n' "${want[@]}" | sort | tr '\n' ' ')" ]; then ok "completion/bash/$name"
    else not_ok "completion/bash/$name" "gives: $said"; fi
}
completes command su -- summary
completes behind-options -q --json ran -- ranges
completes own-option ranges --no -- --noheadings
completes common-option summary --js -- --json
completes class ranges --class d -- device
completes list ranges --class hole,al -- hole,altmap
completes column ranges -o MEMM -- MEMMAP MEMMAP_IN_DUMP
completes section-column sections --output SEC -- SECTION
completes when map --color a -- always auto
completes shell completion z -- zsh
completes file ranges READ -- README.md
completes vmlinux --vmlinux READ -- README.md

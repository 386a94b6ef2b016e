#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# deps.sh GROUP...: install what mk/packages.txt lists for these groups and what
# is not there yet, with apt-get. Asks nothing; touches no apt configuration.
set -eu

list=$(dirname "$0")/packages.txt
wanted=()
for group; do
    while read -r g package; do
        [ "$g" != "$group" ] || wanted+=("$package")
    done <"$list"
done
[ ${#wanted[@]} -gt 0 ] || { echo "deps: nothing listed for: $*" >&2; exit 2; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "deps: no apt-get here; make sure that these are installed (Debian's names): ${wanted[*]}"
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    # What one package provides for another's name counts too (pkgconf for pkg-config).
    if ! dpkg-query -W -f '${Package} ${Provides} ${db:Status-Status}\n' 2>/dev/null |
        awk -v p="$package" '$NF == "installed" {
            gsub(/[(][^)]*[)]|,/, ""); for (i = 1; i < NF; i++) if ($i == p) found = 1 }
            END { exit !found }'; then
        missing+=("$package")
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root=(sudo -n)
else
    echo "deps: missing: ${missing[*]}" >&2
    echo "deps: neither root nor sudo; run as root: apt-get install ${missing[*]}" >&2
    exit 1
fi

echo "deps: installing ${missing[*]}"
apt() {
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}
# A fresh machine has no package lists; others need not fetch them again.
if ! apt install --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
    apt update >/dev/null || echo "deps: apt-get update failed; trying with the lists there are" >&2
    apt install --no-install-recommends "${missing[@]}" >/dev/null
fi

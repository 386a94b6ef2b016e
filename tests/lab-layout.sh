#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lab-layout.sh DIR: prints the options with which zdm reads the dumps of a lab directory: none, or
# --layout of the file that it makes there from the guest's own kallsyms and BTF. Kernels before 6.0 do
# not say in their dumps where their symbols are.
set -eu
dir=$1
B=${B:-build}
[ -e "$dir/kallsyms" ] || exit 0
"$B/zdm" layout --quiet --force --kallsyms "$dir/kallsyms" --btf "$dir/btf" \
    --release "$(sed -n 's/^release //p' "$dir/testimony.txt")" --output "$dir/layout"
printf '%s\n' --layout "$dir/layout"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: <zdm/class.def> is the one list of classes: names, policy, help, JSON and the tables of the
# docs follow it, and a class added to a copy of the tree shows up everywhere or is missed by name.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

rows() { sed -nE 's/^ZDM_CLASS_ROW\([A-Z]+, "([a-z]+)".*/\1/p' "$1/include/zdm/class.def"; }

# table NAME FILE: every class has a row in the tables of FILE
table() {
    local class missing=
    for class in $(rows .); do
        grep -qE "^\| \`$class\` \|" "$2" || missing="$missing $class"
    done
    if [ -z "$missing" ]; then ok "classes/$1"; else not_ok "classes/$1" "no row for$missing in $2"; fi
}
table design docs/design.md
table output docs/output.md

help=$("$ZDM" ranges --help)
missing=
for class in $(rows .); do grep -qE "^  $class " <<<"$help" || missing="$missing $class"; done
if [ -z "$missing" ]; then ok classes/help; else not_ok classes/help "not in ranges --help:$missing"; fi

# What shells complete is made from the same list.
missing=
for class in $(rows .); do
    for file in tools/completion/*; do grep -qw "$class" "$file" || missing="$missing $class:$file"; done
done
if [ -z "$missing" ]; then ok classes/completion; else not_ok classes/completion "$missing"; fi

# Nobody outside names a class by a table of his own: a switch over classes has no default.
bad=$(grep -rlE 'case ZDM_CLASS_' lib tools extensions --include='*.c' | grep -v lib/model/ || true)
if [ -z "$bad" ]; then ok classes/no-switch; else not_ok classes/no-switch "a switch over classes in $bad"; fi

# In a copy of the tree, with one class more, the library builds and knows it.
copy=$work/tree
mkdir "$copy"
cp -r include lib "$copy"
printf 'ZDM_CLASS_ROW(PLANTED, "planted", %s, 0, DROP, NONE, true, "w", "x", "y")\n' "'P'" \
    >>"$copy/include/zdm/class.def"
cat >"$work/ask.c" <<'C'
#include <stdio.h>
#include <zdm/policy.h>
#include <zdm/report.h>
int main(void)
{
	struct zdm_policy p = { .dump_level = 31 };
	enum zdm_class c = (enum zdm_class)zdm_class_parse("planted");

	printf("%s %c %s %d\n", zdm_class_name(c), zdm_class_letter(c), zdm_class_guard(c),
	       zdm_policy_class(&p, c) == ZDM_DROP);
	return 0;
}
C
# Only what a class is made of: the rest of the library does not change with the list.
if ${CC:-gcc} -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Werror -I"$copy/include" -I"$copy/lib" -ffunction-sections \
    -Wl,--gc-sections -o "$work/ask" "$work/ask.c" "$copy/lib/base/names.c" "$copy/lib/carve/policy.c" \
    "$B/libzdm.a" -ldw -lelf -ljson-c -lz 2>"$work/err" && said=$("$work/ask") &&
    [ "$said" = "planted P y 1" ]; then
    ok classes/planted
else
    not_ok classes/planted "${said:-} $(head -3 "$work/err")"
fi

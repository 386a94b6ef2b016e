#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: what `make install` leaves behind can be used: the program runs, the
# manual is a manual, and a stranger's program builds against the library, shared
# and static, by pkg-config alone.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

root=$work/root
if out=$(make -s install B="$B" PREFIX=/usr DESTDIR="$root" 2>&1); then ok install/make; else
    not_ok install/make "$out"
    exit 0
fi

zdm=$root/usr/bin/zdm
works install/runs 0 --version
if [ -n "$(find "$root" -path "$root/usr" -prune -o -path "$root/etc/gdb" -prune -o -type f -print)" ]; then
    not_ok install/prefix "files outside of PREFIX: $(find "$root" -type f)"
else
    ok install/prefix
fi
if grep -rlF -e "$PWD" -e "$root" "$root/usr/lib/pkgconfig" "$root/usr/share" >"$work/out"; then
    not_ok install/paths "build paths in: $(cat "$work/out")"
else
    ok install/paths
fi

cat >"$work/stranger.c" <<'END'
#include <stdio.h>
#include <zdm/zdm.h>
#include <zdm/report.h>
int main(void)
{
	struct zdm_session *s;
	char err[200];

	/* a host without any function must be refused, and say so */
	if (zdm_open(&(struct zdm_reader_ops){ .size = sizeof(struct zdm_reader_ops),
	    .api = ZDM_READER_API }, NULL, NULL, &s, err, sizeof(err)) == ZDM_OK)
		return 1;
	printf("%s %d %s\n", zdm_version(), zdm_class_case(ZDM_CLASS_RESERVED), err);
	return zdm_api_number() == ZDM_API_NUMBER ? 0 : 1;
}
END
flags() {
    PKG_CONFIG_PATH=$root/usr/lib/pkgconfig pkg-config --define-variable=prefix="$root/usr" \
        --define-variable=libdir="$root/usr/lib" \
        --define-variable=includedir="$root/usr/include" "$@" zdm
}
stranger() {
    local name=$1
    shift
    if ! out=$(${CC:-cc} -Wall -Wextra -Werror -o "$work/stranger" "$work/stranger.c" "$@" 2>&1); then
        not_ok "$name" "$out"
    elif ! out=$(LD_LIBRARY_PATH=$root/usr/lib "$work/stranger" 2>&1); then
        not_ok "$name" "does not run: $out"
    else
        ok "$name"
    fi
}
# shellcheck disable=SC2046
stranger install/shared $(flags --cflags --libs)
# shellcheck disable=SC2046
stranger install/static $(flags --cflags) "$root/usr/lib/libzdm.a" \
    $(flags --static --libs | sed 's/-lzdm//')

# Nothing but the interface is visible.
if nm -D --defined-only "$root/usr/lib/libzdm.so.0" | awk '$2 != "A" { print $3 }' | grep -v '^zdm_' >"$work/out"; then
    not_ok install/symbols "$(cat "$work/out")"
else
    ok install/symbols
fi

if command -v mandoc >/dev/null; then
    if out=$(mandoc -Tlint -W warning "$root"/usr/share/man/man1/*.1 2>&1); then ok install/manual; else
        not_ok install/manual "$out"; fi
else
    skip install/manual "no mandoc"
fi
for cmd in $("$zdm" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    if grep -Eq "^\.B[IR]? \"?$cmd" "$root/usr/share/man/man1/zdm.1"; then ok "install/manual/$cmd"; else
        not_ok "install/manual/$cmd" "zdm(1) does not tell of it"; fi
done

make -s uninstall B="$B" PREFIX=/usr DESTDIR="$root" >/dev/null
if [ -z "$(find "$root" -type f -o -type l)" ]; then ok install/uninstall; else
    not_ok install/uninstall "left: $(find "$root" -type f -o -type l)"; fi

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# After `make install` GDB has the commands without being told, and finds the libraries. Installed into
# directories that only this test sees (a mount namespace of its own; needs root).
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root"
unshare -m true 2>/dev/null || skip "no mount namespace to be had"
init_dir=$("$GDB" --configuration | sed -n 's/.*--with-system-gdbinit-dir=\([^ ]*\).*/\1/p')
[ -n "$init_dir" ] || skip "this GDB has no system-gdbinit-dir"

cat >"$WORK/inside" <<'END'
set -eu
mount -t tmpfs none /usr/local
mkdir -p "$1"
mount -t tmpfs none "$1"
make -s install-lib install-gdb PREFIX=/usr/local GDB_INIT_DIR="$1"
cd /
env -u ZDM_LIBDIR "$2" -batch -ex 'help zdm' -ex 'python from zdm_gdb import abi' \
    -ex 'python print(abi.engine()._name)' -ex 'zdm open /dev/null'
cd "$OLDPWD"
make -s uninstall-gdb PREFIX=/usr/local GDB_INIT_DIR="$1"
rm -f /usr/local/lib/libzdm.* /usr/local/lib/pkgconfig/zdm.pc
find /usr/local "$1" -type f ! -path '*/include/*' | sed 's/^/left behind: /'
END
unshare -m bash "$WORK/inside" "$init_dir" "$GDB" >"$WORK/out" 2>&1 </dev/null || true
for want in '^zdm ranges -- ' '^/usr/local/lib/libzdm\.so\.0$' '^/dev/null: '; do
    if grep -q "$want" "$WORK/out"; then
        pass
    else
        fail "no '$want' in: $(tail -n 5 "$WORK/out")"
    fi
done
if grep '^left behind' "$WORK/out" >"$WORK/left"; then
    fail "uninstall: $(cat "$WORK/left")"
else
    pass
fi
finish

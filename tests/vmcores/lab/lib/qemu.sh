# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034 # QEMU is for those who source this
# Which QEMU runs a guest. Sourced by lab.sh.

# qemu_ready SUITE: sets QEMU, the command; that of this machine if SUITE is empty or its own. Another Debian's
# lies in the chroot that our modules are built in, and is run from there with its own libraries.
qemu_ready() {
    local dir=$CACHE/chroot-$1 own
    # shellcheck disable=SC1091
    own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    if [ -z "$1" ] || [ "$1" = "$own" ]; then
        need "${M_QEMU[0]}"
        QEMU=("${M_QEMU[0]}")
        return
    fi
    locked "chroot-$1" qemu_install "$1" "$dir"
    QEMU=("$dir/lib64/ld-linux-x86-64.so.2" --library-path "$dir/usr/lib/x86_64-linux-gnu"
        "$dir/usr/bin/qemu-system-x86_64" -L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios")
}

# shellcheck disable=SC2317 # run through locked()
qemu_install() {
    chroot_ready "$1"
    [ ! -x "$2/usr/bin/qemu-system-x86_64" ] || return 0
    say "QEMU of $1"
    # its own index, deleted when the chroot was made
    chroot "$2" sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
        --no-install-recommends qemu-system-x86 seabios && apt-get clean' >"$CACHE/qemu-$1.log" 2>&1 ||
        die "QEMU of $1 cannot be installed: $(tail -n 3 "$CACHE/qemu-$1.log")"
}

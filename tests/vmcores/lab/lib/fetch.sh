# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Debian's kernel packages, by name, through an apt directory of our own. Sourced by lab.sh.
# The system's apt configuration is only read: for the mirror it uses.

# One such directory for each machine whose packages are asked for: apt_use MACHINE
apt_use() {
    APT_MACHINE=$1
    APT_DIR=$CACHE/apt
    [ "$1" = amd64 ] || APT_DIR=$CACHE/apt-$1
}
apt_use amd64

# The mirror of the system: the first site that serves a plain release.
mirror_site() {
    local site
    # shellcheck disable=SC2016 # apt's own variables
    site=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' 2>/dev/null |
        awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
    [ -n "$site" ] || die "apt knows no Debian mirror here: run 'apt-get update' first"
    printf '%s\n' "$site"
}

# Security has its own site: the system's, or, where it has none, the mirror's neighbour.
security_site() {
    local site
    # shellcheck disable=SC2016
    site=$(apt-get indextargets --format '$(SITE) $(LABEL)' 2>/dev/null |
        awk '$2 == "Debian-Security" { print $1; exit }')
    printf '%s\n' "${site:-$(mirror_site)-security}"
}

# The suites of the machine's kernels, and of its guests' programs
apt_suites() {
    {
        table_rows "$LAB_SRC/kernels.tab" |
            awk -v m="$APT_MACHINE" '(NF > 5 ? $6 : "amd64") == m { print $2 }'
        [ "$APT_MACHINE" = amd64 ] || echo "$GUEST_SUITE"
    } | sort -u
}

apt_conf() {
    local suite site sec
    mkdir -p "$APT_DIR"/{lists/partial,state,cache/archives/partial}
    touch "$APT_DIR/state/status"
    site=$(mirror_site)
    sec=$(security_site)
    {
        for suite in $(apt_suites); do
            echo "deb [arch=$APT_MACHINE signed-by=$KEYRING] $site $suite main"
            case $suite in
            bullseye | bookworm | trixie)
                echo "deb [arch=$APT_MACHINE signed-by=$KEYRING] $sec $suite-security main"
                ;;
            esac
        done
    } >"$APT_DIR/sources.list"
    cat >"$APT_DIR/apt.conf" <<EOF
Dir::Etc::sourcelist "$APT_DIR/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$APT_DIR/state";
Dir::State::lists "$APT_DIR/lists";
Dir::State::status "$APT_DIR/state/status";
Dir::Cache "$APT_DIR/cache";
APT::Architectures "$APT_MACHINE";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
}

# The index is refreshed when the sources changed or it is older than three days.
apt_ready() {
    local old
    old=$(cat "$APT_DIR/sources.list" 2>/dev/null || true)
    apt_conf
    if [ "$old" != "$(cat "$APT_DIR/sources.list")" ] ||
        [ -z "$(find "$APT_DIR/.updated" -mtime -3 2>/dev/null)" ]; then
        say "reading the package index"
        APT_CONFIG=$APT_DIR/apt.conf apt-get -q update >"$APT_DIR/update.log" 2>&1 ||
            die "apt-get update failed: $(tail -n 3 "$APT_DIR/update.log")"
        touch "$APT_DIR/.updated"
    fi
}

# apt_newest REGEX: the package name of the highest version
apt_newest() {
    APT_CONFIG=$APT_DIR/apt.conf apt-cache search --names-only "^$1\$" |
        awk '{ print $1 }' | sort -V | tail -n 1
}

# deb_unpack PACKAGE DIR: fetch, verified by the signed index, unpack, delete
deb_unpack() {
    local tmp
    tmp=$(mktemp -d "$CACHE/deb.XXXXXX")
    (cd "$tmp" && APT_CONFIG=$APT_DIR/apt.conf apt-get -q download "$1" >log 2>&1) ||
        die "cannot fetch package $1: $(tail -n 2 "$tmp/log")"
    mkdir -p "$2"
    dpkg-deb -x "$tmp"/*.deb "$2"
    basename "$tmp"/*.deb
    rm -rf "$tmp"
}

# packages_unpack DIR PACKAGE…: with the libraries that they depend on; prints the names of the files
packages_unpack() {
    local dir=$1 deb tmp libs
    shift
    libs=$(APT_CONFIG=$APT_DIR/apt.conf apt-cache depends --recurse --no-recommends --no-suggests \
        --no-conflicts --no-breaks --no-replaces --no-enhances -i "$@" | grep '^z\?lib' | sed 's/:.*//' | sort -u)
    tmp=$(mktemp -d "$CACHE/deb.XXXXXX")
    # shellcheck disable=SC2086
    (cd "$tmp" && APT_CONFIG=$APT_DIR/apt.conf apt-get -q download "$@" $libs >log 2>&1) ||
        die "cannot fetch $*: $(tail -n 2 "$tmp/log")"
    for deb in "$tmp"/*.deb; do
        dpkg-deb -x "$deb" "$dir"
        basename "$deb"
    done
    rm -rf "$tmp"
}

# kernel_fetch: vmlinuz and modules of the row that kernel_row set
#   K_DIR/release, K_DIR/vmlinuz, K_DIR/root/usr/lib/modules/REL (empty where no modules are served)
kernel_fetch() {
    local pkg rel tmp
    [ -e "$K_DIR/release" ] && return
    need dpkg-deb depmod
    apt_use "$M_NAME"
    apt_ready
    pkg=$(apt_newest "$K_IMAGE")
    [ -n "$pkg" ] || die "suite $K_SUITE serves no package matching $K_IMAGE"
    rel=${pkg#linux-image-}
    rel=${rel#linux-binary-}
    say "kernel $K_NAME: $pkg"
    tmp=$K_DIR.tmp
    rm -rf "$tmp"
    mkdir -p "$tmp"
    deb_unpack "$pkg" "$tmp/root" >"$tmp/packages"
    if [[ $pkg != linux-binary-* ]]; then
        :   # all is in one package
    elif [ -n "$(apt_newest "linux-modules-${rel//+/\\+}")" ]; then
        deb_unpack "linux-modules-$rel" "$tmp/root" >>"$tmp/packages"
        deb_unpack "linux-base-$rel" "$tmp/root" >>"$tmp/packages"
    else
        say "kernel $K_NAME: no modules are served; only what is built in can be shown"
    fi
    # Merged /usr, as the guest and depmod expect it
    if [ -d "$tmp/root/lib/modules" ]; then
        mkdir -p "$tmp/root/usr/lib"
        mv "$tmp/root/lib/modules" "$tmp/root/usr/lib/"
    fi
    rm -rf "$tmp/root/lib"
    ln -s usr/lib "$tmp/root/lib"
    mkdir -p "$tmp/root/usr/lib/modules/$rel"
    touch "$tmp/root/usr/lib/modules/$rel"/modules.{order,builtin,builtin.modinfo}
    mv "$(find "$tmp/root" -type f \( -name vmlinuz -o -name "vmlinuz-$rel" \) | head -n 1)" \
        "$tmp/vmlinuz"
    find "$tmp/root/usr/lib/modules" -name '*.ko.xz' -exec xz -d -T0 {} +
    PATH=$PATH:/usr/sbin:/sbin depmod -b "$tmp/root" "$rel"
    echo "$rel" >"$tmp/release"
    rm -rf "$K_DIR"
    mv "$tmp" "$K_DIR"
}

# headers_fetch: K_DIR/headers, an unpacked tree of the packages that modules are built against
headers_fetch() {
    local rel kb tmp common
    [ -e "$K_DIR/headers/.done" ] && return
    rel=$(cat "$K_DIR/release")
    apt_use "$M_NAME"
    apt_ready
    kb=linux-kbuild-$(APT_CONFIG=$APT_DIR/apt.conf apt-cache show "linux-headers-$rel" |
        sed -n 's/^Depends:.*linux-kbuild-\([^ ,]*\).*/\1/p' | head -n 1)
    tmp=$K_DIR/headers.tmp
    rm -rf "$tmp"
    # shellcheck disable=SC2001 # a pattern that bash's own cannot say
    common=$(sed 's/-\(cloud-\)\?\(amd64\|arm64\)\(-16k\)\?$//' <<<"$rel")-common
    {
        deb_unpack "linux-headers-$rel" "$tmp"
        deb_unpack "linux-headers-$common" "$tmp"
        # what runs here is this machine's, whatever it builds for
        apt_use amd64
        apt_ready
        deb_unpack "$kb" "$tmp"
    } >>"$K_DIR/packages"
    # With a vmlinux at hand the build would make BTF for our modules, and ask for pahole
    rm -f "$tmp"/usr/src/*/vmlinux
    touch "$tmp/.done"
    rm -rf "$K_DIR/headers"
    mv "$tmp" "$K_DIR/headers"
}

# vmlinux_fetch: K_DIR/vmlinux with debug information; the rest of the large package goes at once
vmlinux_fetch() {
    local rel tmp found
    [ -e "$K_DIR/vmlinux" ] && return
    kernel_fetch
    rel=$(cat "$K_DIR/release")
    apt_use "$M_NAME"
    apt_ready
    [ -n "$(apt_newest "linux-image-${rel//+/\\+}-dbg")" ] ||
        die "no debug package is served for $rel"
    say "kernel $K_NAME: vmlinux out of linux-image-$rel-dbg (some 300 MB to fetch)"
    tmp=$(mktemp -d "$CACHE/dbg.XXXXXX")
    (cd "$tmp" && APT_CONFIG=$APT_DIR/apt.conf apt-get -q download "linux-image-$rel-dbg" >log 2>&1) ||
        die "cannot fetch linux-image-$rel-dbg: $(tail -n 2 "$tmp/log")"
    dpkg-deb --fsys-tarfile "$tmp"/*.deb |
        tar -x -C "$tmp" --wildcards --no-anchored "vmlinux*" || die "no vmlinux in the package"
    found=$(find "$tmp" -type f -name 'vmlinux*' | head -n 1)
    [ -n "$found" ] || die "no vmlinux in linux-image-$rel-dbg"
    mv "$found" "$K_DIR/vmlinux"
    rm -rf "$tmp"
}

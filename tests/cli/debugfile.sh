#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: where zdm looks for a vmlinux that nobody named, what it calls the package that has
# one, and what zdm exec says of a makedumpfile that does not know the kernel.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# of_release RELEASE: a vmcore of a 5.4 that calls itself so
of_release() {
    sed "s/^kernel 5.4/kernel 5.4\nrelease $1/" tests/vmcores/text/5.4-counted-lost.txt >"$work/text.in"
    make_core - <"$work/text.in"
}

# package RELEASE NAME: what distributions call it, by their own package lists
package() {
    of_release "$1"
    run ranges "$core"
    if grep -Fq "a vmlinux is in package $2 (" "$work/err"; then ok "package/$1"; else
        not_ok "package/$1" "$(cat "$work/err")"; fi
}

packages() {
    package 4.18.0-394.el8.x86_64 kernel-debuginfo-4.18.0-394.el8.x86_64
    package 5.14.0-70.13.1.el9_0.x86_64 kernel-debuginfo-5.14.0-70.13.1.el9_0.x86_64
    package 5.4.17-2136.300.7.el8uek.x86_64 kernel-uek-debuginfo-5.4.17-2136.300.7.el8uek.x86_64
    package 4.14.313-235.533.amzn2.x86_64 kernel-debuginfo-4.14.313-235.533.amzn2.x86_64
    package 5.4.0-150-generic linux-image-unsigned-5.4.0-150-generic-dbgsym
    package 5.3.18-150300.59.106-default kernel-default-debuginfo
    package 5.10.0-28-amd64 linux-image-5.10.0-28-amd64-dbg
    # somebody's own kernel: nobody knows
    of_release 5.4.0
    run ranges "$core"
    if grep -q 'a vmlinux is in' "$work/err"; then not_ok package/none "$(cat "$work/err")"; else
        ok package/none; fi
}

# found NAME PATH: a file there is what --vmlinux DIR opens; as text it is refused by its name
found() {
    mkdir -p "$work/dir/$(dirname "$2")"
    echo 'no vmlinux' >"$work/dir/$2"
    fails "directory/$1" 3 "dir/$2 is no ELF file" summary --vmlinux "$work/dir" "$core"
    rm -rf "$work/dir"
}

directories() {
    of_release 5.4.0-150-generic
    mkdir -p "$work/dir"
    fails directory/none 3 "no vmlinux of this dump's kernel there .release 5.4.0-150-generic" \
        summary --vmlinux "$work/dir" "$core"
    found modules lib/modules/5.4.0-150-generic/vmlinux
    found boot boot/vmlinux-5.4.0-150-generic
    found suse boot/vmlinux-5.4.0-150-generic.debug
    found plain vmlinux
    with_build_id
    found build-id .build-id/b5/87f5a2416b0e209e999fb55c937f803079d254.debug
}

# with_build_id: the same kernel, with one in VMCOREINFO
with_build_id() {
    echo 'param build_id=b587f5a2416b0e209e999fb55c937f803079d254' >>"$work/text.in"
    make_core - <"$work/text.in"
}

# A library in debuginfod's place answers for this build-id with a file that is no vmlinux, and
# counts how often it is asked.
debuginfod() {
    local said
    if ! cc -shared -fPIC -o "$work/libdebuginfod.so.1" -x c - 2>"$work/err" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
void *debuginfod_begin(void) { return "client"; }
void debuginfod_end(void *client) { (void)client; }
int debuginfod_find_debuginfo(void *client, const unsigned char *id, int len, char **path)
{
	(void)client;
	fprintf(stderr, "asked for %s, %d\n", id, len);
	*path = strdup("/dev/null");
	return open("/dev/null", O_RDONLY);
}
C
    then skip debuginfod "no compiler"; return; fi
    of_release 5.4.0-150-generic
    with_build_id
    said=$(LD_LIBRARY_PATH=$work DEBUGINFOD_URLS=http://localhost:1 timeout 60 "$zdm" ranges "$core" 2>&1 >"$work/out") || true
    if grep -q 'asked for b587f5a2416b0e209e999fb55c937f803079d254, 0' <<<"$said" && [ -s "$work/out" ]
    then ok debuginfod/asked; else not_ok debuginfod/asked "$said"; fi
    said=$(LD_LIBRARY_PATH=$work timeout 60 "$zdm" ranges "$core" 2>&1 >"$work/out") || true
    if grep -q 'asked for' <<<"$said"; then not_ok debuginfod/no-urls "$said"; else
        ok debuginfod/no-urls; fi
}

# A host by the name of makedumpfile that holds the text of a version, and says that it ran.
old_host() {
    local version=$1 release=$2 want=$3 has=no
    printf '#include <stdio.h>\nint main(void) { puts("makedumpfile: version %s (released on 1 Jan 2022)"); return 0; }\n' \
        "$version" >"$work/host.c"
    if ! cc -o "$work/makedumpfile" "$work/host.c" 2>"$work/err"; then
        skip "host/$version" "no compiler"
        return
    fi
    sed "s/^kernel 7.1/kernel 7.1\nrelease $release/" tests/vmcores/text/7.1-fsdax-dev.txt >"$work/text.in"
    make_core - <"$work/text.in"
    # --layout belongs to zdm, so it comes before the dashes
    run exec --layout "$layout" -- "$work/makedumpfile" "$core"
    ! grep -q "does not know Linux $release" "$work/err" || has=yes
    if [ "$has" = "$want" ] && [ "$rc" -eq 0 ] && grep -q "version $version" "$work/out"; then
        ok "host/$version-$release"
    else
        not_ok "host/$version-$release" "warned: $has, exit code $rc: $(cat "$work/err")"
    fi
}

packages
directories
debuginfod
old_host 1.7.2 7.1.3 yes
old_host 1.6.5 7.1.3 yes
old_host 1.7.2 6.1.0 no
old_host 1.7.9 7.1.3 no

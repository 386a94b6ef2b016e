#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the crash extension is loaded by the crash that it was built for, and
# refuses any other. The hosts here have the names, sizes and version of the
# crash that is installed, then some of another; needs its header.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES

crash=$(command -v "${CRASH:-crash}" || true)
if [ -z "$crash" ] || [ ! -e "${CRASH_INCLUDE:-/usr/include/crash}/defs.h" ]; then
    skip crash-other "crash and its defs.h are not installed"
    exit 0
fi
if ! out=$(make -s B="$B" crash 2>&1); then
    not_ok crash-other/build "$out"
    exit 0
fi
version=$("$crash" -v </dev/null | sed -n 's/^crash \([0-9]\)/\1/p')
# not what it has of libc's (stdout@GLIBC)
nm -D -S --defined-only "$crash" | grep -v @ >"$work/has"
nm -D -u "$B/crash/zdm.so" | awk '{ sub(/@.*/, "", $2); print $2 }' >"$work/needs"

# host NAME VERSION [OBJECT BYTES-MORE]: what zdm.so needs of crash, and what it looks at
host() {
    local name=$1 version=$2 object=${3:-} more=${4:-0}
    {
        echo '#include <dlfcn.h>'
        echo '#include <stdio.h>'
        # address, size, type, name
        awk -v needs="$work/needs" -v object="$object" -v more="$more" '
            BEGIN {
                while ((getline n < needs) > 0) want[n] = 1
                n = split("program_context kernel_table vm_table task_table machdep_table " \
                          "offset_table size_table", also)
                for (i = 1; i <= n; i++) want[also[i]] = 1
                # ours below
                delete want["register_extension"]; delete want["__error"]; delete want["build_version"]
            }
            NF == 4 && want[$4] && $3 == "T" { print "void " $4 "(void) { }" }
            NF == 4 && want[$4] && $3 ~ /[BDR]/ {
                print "char " $4 "[0x" $2 " + " ($4 == object ? more : 0) "];" }' "$work/has"
        cat <<END
char *build_version = "$version";
static int registered;
void register_extension(void *table) { registered = table != NULL; }
int __error(int type, char *fmt, const char *why) { (void)type; printf(fmt, why); return 0; }
int main(int argc, char **argv)
{
	if (argc < 2 || !dlopen(argv[1], RTLD_LAZY | RTLD_GLOBAL)) {
		puts(dlerror());
		return 2;
	}
	return registered ? 0 : 1;
}
END
    } >"$work/$name.c"
    # -w: it is full of names that a compiler knows otherwise
    ${CC:-cc} -w -fno-builtin -rdynamic -o "$work/$name" "$work/$name.c" -ldl >"$work/err" 2>&1 &&
        rc=0 || { not_ok "crash-other/$name" "$(head -3 "$work/err")"; return 1; }
    "$work/$name" "$PWD/$B/crash/zdm.so" >"$work/out" 2>&1 || rc=$?
}

refuses() {
    local name=$1 pattern=$2
    shift 2
    host "$name" "$@" || return 0
    if [ $rc -eq 1 ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q "$pattern" "$work/out"; then
        ok "crash-other/$name"
    else
        not_ok "crash-other/$name" "exit code $rc: $(cat "$work/out")"
    fi
}

if host same "$version"; then
    if [ $rc -eq 0 ] && [ ! -s "$work/out" ]; then ok crash-other/same; else
        not_ok crash-other/same "exit code $rc: $(cat "$work/out")"; fi
fi
refuses newer "built for crash $version, this is 99.0.0" 99.0.0
refuses older "built for crash $version, this is 7.3.1" 7.3.1
# the same version, patched: a struct that grew
for object in program_context vm_table kernel_table machdep_table offset_table; do
    refuses "grown-$object" "$object" "$version" $object 8
done
refuses shrunk "program_context" "$version" program_context -8

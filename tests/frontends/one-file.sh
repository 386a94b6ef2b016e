#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: one file, one answer. The command line, GDB and crash read the same dump whole, flattened,
# split and cut off: the same ranges, or the same sentence. GDB's part needs no lab; crash's needs a
# dump of KERNEL (6.1) and its vmlinux in LABDIR.
set -eu
# shellcheck source=tests/frontends/crash-lib.sh
. "$(dirname "$0")/crash-lib.sh"
: "${GDB:=gdb}"
zdm=$B/zdm

# No binary of ours takes a name of libc's for its whole process, but for the one that is meant to.
names() {
    local so own
    nm -D --defined-only "$(ldd "$zdm" | awk '$1 == "libc.so.6" { print $3 }')" |
        sed 's/.* //; s/@.*//' | sort -u >"$work/libc"
    for so in "$B/zdm" "$B/libzdm.so" "$B/libzdm-dumpfile.so" "$B/crash/zdm.so"; do
        [ -e "$so" ] || { skip "names/$so" "not built"; continue; }
        own=$(nm -D --defined-only "$so" | sed 's/.* //; s/@.*//' | sort -u | comm -12 - "$work/libc")
        if [ -z "$own" ]; then ok "names/$so"; else not_ok "names/$so" "defines $own"; fi
    done
    # the check sees one where there is one
    own=$(nm -D --defined-only "$B/zdm-preload.so" | sed 's/.* //; s/@.*//' | sort -u | comm -12 - "$work/libc")
    if grep -qx pread64 <<<"$own"; then ok names/seen; else not_ok names/seen "not in zdm-preload.so: $own"; fi
}

# A vmcore whose VMCOREINFO has all that a layout file would add, so that it needs none.
self_contained() {
    "$B/tests/mkcore" -K tests/mkcore/kernels -l "$work/layout" -o "$work/plain" \
        tests/vmcores/text/5.10-fsdax-dev.txt
    python3 - "$work/plain" "$work/layout" "$1" <<'END'
import struct, sys
core, layout, out = sys.argv[1:]
d = bytearray(open(core, "rb").read())
phoff, nr = struct.unpack_from("<Q", d, 32)[0], struct.unpack_from("<H", d, 56)[0]
for i in range(nr):
    kind, _, off, _, _, size = struct.unpack_from("<IIQQQQ", d, phoff + 56 * i)
    if kind == 4:
        break
text, at = b"", off
while at < off + size:
    name_len, desc_len, _ = struct.unpack_from("<III", d, at)
    desc = at + 12 + (name_len + 3) // 4 * 4
    if d[at + 12:at + 12 + name_len] == b"VMCOREINFO\0":
        text = bytes(d[desc:desc + desc_len]).rstrip(b"\0")
    at = desc + (desc_len + 3) // 4 * 4
have = {line.split(b"=")[0] for line in text.split(b"\n")}
for line in open(layout, "rb").read().split(b"\n"):
    if b"=" in line and line[:1] != b"#" and line.split(b"=")[0] not in have:
        text += line + b"\n"
text = text.ljust((len(text) + 3) // 4 * 4, b"\0")
note = struct.pack("<III", 11, len(text), 0) + b"VMCOREINFO\0\0" + text
d = d.ljust((len(d) + 4095) // 4096 * 4096, b"\0")
struct.pack_into("<Q", d, phoff + 56 * i + 8, len(d))
struct.pack_into("<QQ", d, phoff + 56 * i + 32, len(note), len(note))
open(out, "wb").write(d + note)
END
}

# forms: every file to read, a line each
forms() {
    local f size n
    self_contained "$work/elf"
    for f in kdump kdump-lzo kdump-64k flat split; do
        "$B/tests/dumpconv" $f "$work/elf" "$work/$f"
    done
    "$B/tests/dumpconv" flat "$work/kdump" "$work/flat-kdump"
    mkdir "$work/alone"
    cp "$work/split.1" "$work/alone/one"
    cp "$work/split.3" "$work/alone/three"
    for f in elf kdump flat flat-kdump; do
        size=$(stat -c %s "$work/$f")
        for n in 1 20 40 60 80 95 99; do
            head -c $((size * n / 100)) "$work/$f" >"$work/$f-cut-$n"
            echo "$work/$f-cut-$n"
        done
    done
    for f in elf kdump kdump-lzo kdump-64k flat split.1 split.2 split.3 flat-kdump alone/one alone/three; do
        echo "$work/$f"
    done
}

# What a front end said, without the name of the file and its own way of speaking.
plain() {
    # shellcheck disable=SC2016 # the backquotes are GDB's words
    sed -e "s,^zdm: $work/[^:]*: ,," -e 's/^zdm: warning: //' -e "s,^$work/[^:]*: ,," \
        -e 's/; give --vmlinux or --layout.*//' -e 's/; load the vmlinux (`file VMLINUX`)$//' -e '/^$/d'
}

gdb_part() {
    local file name rc
    command -v "$GDB" >/dev/null || { skip gdb "no $GDB here"; return; }
    [ -e "$B/libzdm-dumpfile.so" ] || { skip gdb "$B/libzdm-dumpfile.so is not built"; return; }
    forms >"$work/list"
    cat >"$work/script" <<END
source $PWD/extensions/gdb/zdm-gdb.py
python
import contextlib, io
class Catch:
    def __enter__(self):
        self.text, self.write = [], gdb.write
        gdb.write = lambda text, stream=gdb.STDOUT: (
            self.text.append(text) if stream == gdb.STDERR else self.write(text, stream))
        return self.text
    def __exit__(self, *_):
        gdb.write = self.write
for path in open("$work/list").read().split():
    with Catch() as said:
        try:
            gdb.execute("zdm open " + path, to_string=True)
            answer = gdb.execute("zdm ranges", to_string=True)
        except gdb.error as e:
            answer, said = "", [str(e) + "\n"]
        with contextlib.suppress(gdb.error):
            gdb.execute("zdm close", to_string=True)
    open(path + ".gdb", "w").write(answer)
    open(path + ".gdb-err", "w").write("".join(said))
end
echo all done
END
    ZDM_LIBDIR=$(realpath "$B") "$GDB" -nx -batch -q -iex "set debuginfod enabled off" \
        -x "$work/script" >"$work/log" 2>&1 </dev/null || true
    grep -q 'all done$' "$work/log" || { not_ok gdb "$(tail -n 3 "$work/log")"; return; }
    while read -r file; do
        name=${file#"$work/"} rc=0
        "$zdm" ranges "$file" >"$work/out" 2>"$work/err" || rc=$?
        # a warning of the model is printed by the report in GDB
        if ! diff "$work/out" "$file.gdb" >"$work/diff"; then
            not_ok "gdb/$name" "other ranges, exit code $rc: $(cat "$work/diff" "$work/err" "$file.gdb-err")"
        elif [ "$rc" -gt 1 ] && [ "$(plain <"$work/err" | head -n 1)" != "$(plain <"$file.gdb-err" | head -n 1)" ]; then
            not_ok "gdb/$name" "$(head -n 1 "$work/err") | $(cat "$file.gdb-err")"
        elif [ "$rc" -eq 1 ] && ! plain <"$work/err" | grep -qxFf <(plain <"$file.gdb-err"); then
            not_ok "gdb/$name" "$(cat "$work/err") | $(cat "$file.gdb-err")"
        elif [ "$rc" -eq 0 ] && [ -s "$file.gdb-err" ]; then
            not_ok "gdb/$name" "$(cat "$file.gdb-err")"
        else
            ok "gdb/$name"
        fi
    done <"$work/list"
}

# crash opens few damaged files at all; of those that it does, the extension says what zdm says.
crash_part() {
    local kernel=${KERNEL:-6.1} dump='' f d size n name rc
    need_crash crash
    for d in "$LABDIR/$kernel"/*/; do
        [ ! -e "${d}dump.kdump" ] || dump=${d}dump.kdump
    done
    if [ -z "$dump" ] || [ ! -e "$(vmlinux_of "$kernel")" ]; then
        skip crash "no dump.kdump or no vmlinux of $kernel in $LABDIR"
        return
    fi
    # little is missing, or crash does not come up
    size=$(stat -c %s "$dump")
    for n in 20000 200000; do head -c $((size - n)) "$dump" >"$work/cut-$n"; done
    cp --sparse=always "${dump%.kdump}.elf" "$work/cut-elf"
    truncate -s -300000 "$work/cut-elf"
    "$B/tests/dumpconv" flat "$dump" "$work/flat"
    for f in "$dump" "$work/cut-20000" "$work/cut-200000" "$work/cut-elf" "$work/flat"; do
        name=${f##*/} rc=0
        "$zdm" ranges "$f" >"$work/out" 2>"$work/err" || rc=$?
        if ! run_crash "$(vmlinux_of "$kernel")" "$f" <<<'zdm -r'; then
            skip "crash/$name" "crash does not open it: $(crash_says)"
        elif ! grep '^ *0x' "$work/crash" | cmp -s - <(grep '^ *0x' "$work/out"); then
            not_ok "crash/$name" "other ranges: $(diff <(grep '^ *0x' "$work/crash") <(grep '^ *0x' "$work/out"))"
        elif [ "$rc" -eq 1 ] && ! grep -qF "$(plain <"$work/err" | tail -n 1)" "$work/crash"; then
            not_ok "crash/$name" "no word of: $(cat "$work/err")"
        else
            ok "crash/$name"
        fi
    done
}

names
gdb_part
crash_part

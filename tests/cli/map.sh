#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: zdm map. What must be seen is known from how the machines were made: where the reserve
# is and how long, where the device ends, how many sections are offline.
set -eu
cd "$(dirname "$0")/../.."
. tests/suite.sh
. tests/cli/lib.sh

# row NAME TEXT: a line that begins so.
row() {
    if grep -Eq -- "^ *$2" "$work/out"; then ok "$1"; else
        not_ok "$1" "no row /$2/ in: $(cat "$work/out")"; fi
}
# below80 NAME: no line is too long, and no escape sequence goes into a pipe.
below80() {
    if awk 'length > 79 { bad = 1 } END { exit bad }' "$work/out" && ! grep -q $'\033' "$work/out"; then
        ok "$1"
    else
        not_ok "$1" "a line of 80 columns or more, or with colours: $(cat "$work/out")"
    fi
}
letters() { printf "%0.s$1" $(seq "$2"); }

# fsdax-dev: reserve 2, altmap to 0x100400, device to 0x10f000 (tests/vmcores/6.1/fsdax-dev.testimony)
xz -dc tests/vmcores/6.1/fsdax-dev.elf.xz >"$work/demo"
xz -dc tests/vmcores/6.1/split.elf.xz >"$work/split"
works map/demo 0 map -q "$work/demo"
below80 map/demo/columns
row map/demo/sections "0  . +0 $(letters '#' 8) {24}12$"
row map/demo/subsections "0x100000/  [+]a$(letters D 62)$"
row map/demo/reserve "0x100000:  !!$(letters a 62)$"
row map/demo/end "0x108000/  $(letters D 56)$(letters '\\.' 8)$"

# split: a second and a third altmap within one section
works map/split 0 map -q --section 33 "$work/split"
below80 map/split/columns
row map/split/second "0x108400:  !!$(letters a 62)$"
row map/split/third "0x10c600:  !!$(letters a 62)$"

works map/pgmap 0 map -q --pgmap 0 "$work/demo"
shows map/pgmap/pages "0x100000:  !!aa"
works map/same 0 map -q "$work/demo" "$work/demo"
if grep -q '\^' "$work/out"; then not_ok map/same/unmarked "$(cat "$work/out")"; else ok map/same/unmarked; fi
works map/changed 0 map -q "$work/demo" "$work/split"
shows map/changed/marked "^ changed"
works map/colour 0 map -q --color always "$work/demo"
shows map/colour/there $'\033['
value map/no-section "beyond the last" map -q --section 99999 "$work/demo"
value map/no-pgmap "no pgmap 7" map -q --pgmap 7 "$work/demo"
value map/bad-colour "always, never or auto" map -q --color sometimes "$work/demo"

# one section of RAM offline, one on its way out, one on its way in (5.8-offline.expected)
make_core tests/vmcores/text/5.8-offline.txt
works map/offline 0 map -q --layout "$layout" "$core"
row map/offline/block "0  . +0 ## {10}o#o "

large() {
    local name=$1 lines=$2
    shift 2
    if [ ! -e ../shared/hostile/gen.py ]; then
        skip "map/$name" "../shared/hostile/gen.py is not there"
        return
    fi
    python3 ../shared/hostile/gen.py "$work/$name" "$@" >/dev/null
    works "map/$name" 0 map -q --layout "$work/$name.layout" "$work/$name"
    below80 "map/$name/columns"
    if [ "$(wc -l <"$work/out")" -le "$lines" ]; then ok "map/$name/lines"; else
        not_ok "map/$name/lines" "$(wc -l <"$work/out") lines, at most $lines"; fi
}
# 2 TiB, eight namespaces of 128 GiB
large 2t 30 --sections 16384 --pg 8 --secper 1024
if [ -e "$work/2t" ]; then
    for pgmap in 0 1 2 3 4 5 6 7; do row "map/2t/pgmap$pgmap" "[0-9]+ +. +$pgmap 1"; done
    shows map/2t/reserve "0x10000000/  !"
fi
large 64t 3000 --sections 524288 --pg 1000 --secper 256
if [ -e "$work/64t" ]; then
    run map -q --layout "$work/64t.layout" --html "$work/64t.html" "$work/64t"
    size=$(stat -c %s "$work/64t.html")
    if [ "$size" -lt 307200 ]; then ok map/64t/html; else not_ok map/64t/html "$size bytes"; fi
fi

# The page: no markup of a stranger, and in a real browser nothing sticks out.
evil="$work/<b>x&'.elf"
ln "$work/demo" "$evil"
works map/html 0 map -q --html "$work/demo.html" "$evil"
if grep -q '<b>x' "$work/demo.html" || ! grep -q '&lt;b&gt;x&amp;' "$work/demo.html"; then
    not_ok map/html/escaped "$(grep -m 1 'x&' "$work/demo.html")"; else ok map/html/escaped; fi
browser=$(command -v chromium || true)
if [ -z "$browser" ]; then
    skip map/browser "chromium is not installed"
    exit 0
fi
# a page that measures ours in a frame as wide as asked; the answer is its title
for width in 390 1024 1600; do
    printf '<title>?</title><iframe id=f src=demo.html style="border:0;width:%spx;height:900px"></iframe>
<script>onload=()=>{let d=document.getElementById("f").contentDocument;
document.title="sticks out "+(d.documentElement.scrollWidth-d.documentElement.clientWidth)+" boxes "+
d.querySelectorAll("path.box").length}</script>' $width >"$work/frame.html"
    said=$(timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --allow-file-access-from-files \
        --user-data-dir="$work/browser" --dump-dom "file://$work/frame.html" 2>/dev/null |
        sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p')
    case $said in
    'sticks out 0 boxes '[1-9]*) ok "map/browser/$width" ;;
    *) not_ok "map/browser/$width" "${said:-nothing was said}" ;;
    esac
done

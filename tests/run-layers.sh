#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the walls of the house, and whether check-layers.sh sees a violation of each.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

if out=$(tests/check-layers.sh); then ok layers; else not_ok layers "$out"; fi

# planted NAME FILE LINE PATTERN: with LINE at the head of FILE, it must complain
planted() {
    local dir=$work/$1
    mkdir "$dir"
    cp -r lib tools extensions "$dir"
    [ ! -e dumpfile ] || cp -r dumpfile "$dir"
    mkdir -p "$(dirname "$dir/$2")"
    { printf '%s\n' "$3"; [ ! -e "$dir/$2" ] || cat "$dir/$2"; } >"$work/new"
    mv "$work/new" "$dir/$2"
    if out=$(tests/check-layers.sh "$dir" "$2"); then
        not_ok "layers/planted-$1" "the violation was not seen"
    elif ! grep -q "$4" <<<"$out"; then
        not_ok "layers/planted-$1" "something else was seen: $out"
    else
        ok "layers/planted-$1"
    fi
    rm -rf "$dir"
}
planted right lib/memory/reader.c '#include "model/model.h"' 'memory/reader.c: memory includes model/model.h'
planted neighbour lib/page/page.c '#include "carve/policy.h"' 'page/page.c: page includes carve/policy.h'
planted bare lib/model/blocks.c '#include "pgmaps.h"' 'model/blocks.c: includes pgmaps.h without its folder'
planted host lib/model/classify.c '#include <libkdumpfile/kdumpfile.h>' 'classify.c: includes libkdumpfile'
planted defs lib/model/blocks.c '#include "defs.h"' 'blocks.c: includes defs.h'
planted printing lib/kernel/xarray.c 'static void f(void) { fprintf(stderr, "x"); }' 'xarray.c: prints'
planted session lib/model/nodes.c 'static void f(struct zdm_session *s) { s->g.page_shift = 0; }' 'a session that is not const'
planted roomless lib/attic.c '/* nothing */' 'attic.c: belongs to no room'
planted folderless lib/attic/old.c '/* nothing */' 'attic/old.c: belongs to no room'
planted cycle lib/memory/arch.h '#include "memory/reader.h"' 'include each other'
planted tools tools/zdm/main.c '#include "model/model.h"' 'main.c: includes model/model.h, which is private'
planted dumpfile dumpfile/elfmap.c '#include "model/model.h"' 'elfmap.c: includes model/model.h, which is private'
planted dumpfile-up dumpfile/elfmap.c '#include "cli.h"' 'includes a header of a front end'
planted crash extensions/crash/guard.c '#include "memory/reader.h"' 'guard.c: includes memory/reader.h, which is private'
planted gdb extensions/gdb/dumpfile.c '#include "memory/reader.h"' 'dumpfile.c: includes memory/reader.h, which is private'
planted makedumpfile extensions/makedumpfile/zdm_extension.c '#include "model/model.h"' 'private to the library'

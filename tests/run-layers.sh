#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Suite: the layers of the library, and whether check-layers.sh sees a violation.
set -eu
cd "$(dirname "$0")/.."
. tests/suite.sh

if out=$(tests/check-layers.sh lib); then ok layers; else not_ok layers "$out"; fi

# planted NAME FILE LINE PATTERN: with LINE at the head of FILE, it must complain
planted() {
    local dir=$work/$1
    mkdir "$dir"
    cp lib/*.[ch] lib/*.def "$dir"
    { printf '%s\n' "$3"; [ ! -e "$dir/$2" ] || cat "$dir/$2"; } >"$dir/$2.new"
    mv "$dir/$2.new" "$dir/$2"
    if out=$(tests/check-layers.sh "$dir"); then
        not_ok "layers/planted-$1" "the violation was not seen"
    elif ! grep -q "$4" <<<"$out"; then
        not_ok "layers/planted-$1" "something else was seen: $out"
    else
        ok "layers/planted-$1"
    fi
}
planted right reader.c '#include "model.h"' 'reader.c: reader includes model.h of model'
planted neighbour sections.c '#include "pgmaps.h"' 'sections.c: sections includes pgmaps.h'
planted host classify.c '#include <libkdumpfile/kdumpfile.h>' 'classify.c: includes libkdumpfile'
planted defs blocks.c '#include "defs.h"' 'blocks.c: includes defs.h'
planted printing tree.c 'static void f(void) { fprintf(stderr, "x"); }' 'tree.c: prints'
planted roomless attic.c '/* nothing */' 'attic.c: belongs to no room'

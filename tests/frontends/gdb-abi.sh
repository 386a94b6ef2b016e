#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The structures that the GDB commands hand to libzdm.so are those that the compiler makes of the
# headers, member by member.
# shellcheck disable=SC2028 # the \n are for printf() in C
set -eu
# shellcheck source=tests/frontends/gdb-lib.sh
. "$(dirname "$0")/gdb-lib.sh"

PAIRS='ReaderOps:zdm_reader_ops OpenOpts:zdm_open_opts Kernel:zdm_kernel Range:zdm_range Member:zdm_member Sink:zdm_sink
    MapOpts:zdm_map_opts
    Spec:zdm_pfn_spec SpecOpts:zdm_pfn_spec_opts Page:zdm_page
    PageJudgement:zdm_page_judgement'

# what Python has: "TYPE MEMBER OFFSET SIZE", and the type itself as member "."
PYTHONPATH=extensions/gdb python3 -B - "$PAIRS" >"$WORK/python" <<'END'
import ctypes
import sys
from zdm_gdb import abi
for pair in sys.argv[1].split():
    name, ctype = pair.split(":")
    kind = getattr(abi, name)
    print(ctype, ".", 0, ctypes.sizeof(kind))
    for member, *_ in kind._fields_:
        f = getattr(kind, member)
        print(ctype, member, f.offset, f.size)
print("api", ".", abi.API_NUMBER, abi.READER_API)
print("classes", ".", abi.NR_CLASSES, abi.UNSUPPORTED)
print("tri", ".", abi.NO, abi.YES)
print("statuses", ".", abi.STOPPED, abi.AMBIGUOUS)
print("hints", ".", abi.HINT_DEBUG_INFO, len(abi.HINT_WORDS) - 1)
END

{
    echo '#include <stdio.h>'
    echo '#include <zdm/map.h>'
    echo '#include <zdm/page.h>'
    echo 'int main(void) {'
    while read -r type member _; do
        case $type in
        zdm_*) ;;
        *) continue ;;
        esac
        if [ "$member" = . ]; then
            echo "printf(\"$type . 0 %zu\\n\", sizeof(struct $type));"
        else
            echo "printf(\"$type $member %zu %zu\\n\", offsetof(struct $type, $member), sizeof(((struct $type *)0)->$member));"
        fi
    done <"$WORK/python"
    echo 'printf("api . %d %d\n", ZDM_API_NUMBER, ZDM_READER_API);'
    echo 'printf("classes . %d %d\n", ZDM_NR_CLASSES, ZDM_UNSUPPORTED);'
    echo 'printf("tri . %d %d\n", ZDM_NO, ZDM_YES);'
    echo 'printf("statuses . %d %d\n", ZDM_STOPPED, ZDM_AMBIGUOUS);'
    echo 'printf("hints . %d %d\n", ZDM_HINT_DEBUG_INFO, ZDM_HINT_DEBUG_INFO);'
    echo 'return 0; }'
} >"$WORK/abi.c"
${CC:-cc} -Iinclude -o "$WORK/abi" "$WORK/abi.c"
"$WORK/abi" >"$WORK/c"
if diff "$WORK/c" "$WORK/python" >"$WORK/diff"; then
    passed=$(wc -l <"$WORK/c")
else
    fail "headers (<) and Python (>) differ: $(cat "$WORK/diff")"
fi

# the class names that completion offers are the library's
PYTHONPATH=extensions/gdb python3 -B - >"$WORK/names" <<'END'
import ast
tree = ast.parse(open("extensions/gdb/zdm_gdb/commands.py").read())
for node in tree.body:
    if isinstance(node, ast.Assign) and node.targets[0].id == "CLASSES":
        print("\n".join(ast.literal_eval(node.value)))
END
PYTHONPATH=extensions/gdb python3 -B -c '
from zdm_gdb import abi
for i in range(abi.NR_CLASSES):
    print(abi.engine().zdm_class_name(i).decode())' >"$WORK/library"
if diff "$WORK/library" "$WORK/names" >"$WORK/diff"; then
    pass
else
    fail "class names: $(cat "$WORK/diff")"
fi
finish

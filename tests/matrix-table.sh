#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# matrix-table.sh TABLE COMMAND: docs/matrix.md and README's table of kernels, from what run-matrix.sh recorded
# (kernel, scenario, dump, PFNs, disagreements; and rows `class` and `release`).
set -eu
cd "$(dirname "$0")/.."
table=$1 command=$2
order=$(mktemp)
trap 'rm -f "$order"' EXIT
cat tests/vmcores/lab/scenarios.tab tests/vmcores/lab/scenarios-arm64.tab >"$order"

matrix() {
    cat <<TEXT
# Verdicts against the kernel's own testimony

Every figure here and in README's table is of one run, of $(date -u +%Y-%m-%d):

    $command

Every cell is one or more dumps of one real guest: QEMU's ELF and kdump-compressed dump, or with \`+kdump\` what
the capture kernel's /proc/vmcore and stock makedumpfile gave. *PFNs compared / disagreements (dumps)*; \`c\`: the
dump is not at hand, but its capsule in \`tests/vmcores\` is, and the kernel's testimony with it; \`·\`: not run; \`–\`: that
kernel cannot show it (a configuration, an interface or a module is missing). Expectations come from a kernel module
that walks all PFNs before the dump, see \`tests/vmcores/lab/README.md\`; zdm has no part in them. A PFN disagrees
if class or validity are others than by the testimony, or if it is called valid and the bytes of its struct page say
that nobody wrote it. \`@bookworm\` and \`@trixie\`: by QEMU 7.2 and 10.0, in each form they have. Real dumps that end too
early, or lack the pages of their pgmaps, are for \`LABDIR=... tests/run-cuts.sh\`.

TEXT
    awk -F'\t' '
    FNR == NR { if ($0 !~ /^#/ && $1 != "" && !($1 in known_row)) { known_row[$1] = 1; order[++no] = $1 } next }
    !($1 in seen) { seen[$1] = 1; kernel[++nk] = $1 }
    !(($2) in known) { known[$2] = 1; names[++nn] = $2 }
    $3 == "-" { cell[$2, $1] = $5 == "cannot" ? "–" : "**failed**"; next }
    $3 == "class" { if (!(($4 SUBSEP $1) in class)) class[$4 SUBSEP $1] = $2; classes[$4] = 1; next }
    $3 == "release" { if (!index(rel[$1], $4)) rel[$1] = rel[$1] (rel[$1] ? ", " : "") $4; next }
    { pfns[$2, $1] += $4; n[$2, $1]++; total += $4
      if ($3 == "capsule") { capsule[$2, $1] = 1; capsules++ } else dumps++
      if ($5 == "fail") bad[$2, $1]++; else { dis[$2, $1] += $5; wrong += $5 } }
    function put(s,    i, k, line) {
        line = "| " s " |"
        for (i = 1; i <= nk; i++) {
            k = kernel[i]
            if ((s SUBSEP k) in cell) line = line " " cell[s, k] " |"
            else if (!((s SUBSEP k) in n)) line = line " · |"
            else line = line " " pfns[s, k] " / " (bad[s, k] ? "**failed**" : dis[s, k] + 0) " (" (((s SUBSEP k) in capsule) ? "c" : n[s, k]) ") |"
        }
        print line
        done[s] = 1
    }
    END {
        printf "%d dumps, and capsules of %d more guests: %.0f PFNs compared, %d disagreements.\n\n| scenario |",
            dumps, capsules, total, wrong
        for (i = 1; i <= nk; i++) printf " %s |", kernel[i]
        printf "\n|---|"
        for (i = 1; i <= nk; i++) printf "---|"
        print ""
        for (i = 1; i <= no; i++) if (order[i] in known) put(order[i])
        for (i = 1; i <= nn; i++) if (!(names[i] in done)) put(names[i])
        printf "\nKernels:"
        for (i = 1; i <= nk; i++) printf "%s %s", (i > 1 ? "," : ""), rel[kernel[i]]
        print ".\n\n## A real dump for every class\n"
        printf "| class |"
        for (i = 1; i <= nk; i++) printf " %s |", kernel[i]
        printf "\n|---|"
        for (i = 1; i <= nk; i++) printf "---|"
        print ""
        m = split("absent online offline device hole pending reserved altmap boothole stale unknown", c, " ")
        for (j = 1; j <= m; j++) {
            if (!(c[j] in classes)) continue
            printf "| `%s` |", c[j]
            for (i = 1; i <= nk; i++) printf " %s |", ((c[j] SUBSEP kernel[i]) in class) ? class[c[j], kernel[i]] : "·"
            print ""
        }
    }' "$order" "$table"
}

kernels() {
    awk -F'\t' '
    !($1 in seen) { seen[$1] = 1; kernel[++nk] = $1 }
    $3 == "release" { if (!index(rel[$1], $4)) rel[$1] = rel[$1] (rel[$1] ? ", " : "") $4; scen[$1]++; next }
    $3 == "-" || $3 == "class" { next }
    { pfns[$1] += $4; bad[$1] += $5 == "fail" ? 1 : $5
      if ($3 == "capsule") c[$1]++; else n[$1]++ }
    END {
        print "| kernel | scenarios | dumps | capsules | PFNs compared | disagreements |\n|---|---|---|---|---|---|"
        for (i = 1; i <= nk; i++) { k = kernel[i]
            printf "| %s | %d | %d | %d | %.0f | %d |\n", rel[k], scen[k], n[k], c[k], pfns[k], bad[k] }
    }' "$table"
}

matrix >docs/matrix.md.new
mv docs/matrix.md.new docs/matrix.md
if grep -q '<!-- kernels: made by make check-matrix -->' README.md 2>/dev/null; then
    kernels >"$table.kernels"
    awk -v file="$table.kernels" '
    /<!-- kernels: made by make check-matrix -->/ { print; print ""; while ((getline l < file) > 0) print l
        print ""; skip = 1; next }
    /<!-- end of kernels -->/ { skip = 0 }
    !skip' README.md >README.md.new
    mv README.md.new README.md
fi

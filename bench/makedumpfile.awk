# SPDX-License-Identifier: LGPL-2.1-or-later
# Rows of tests/frontends/makedumpfile-{ways,kdump}.sh, | dump | way | exit code |
# pages kept | bytes | seconds | CPU seconds |, to one row for all ways of a dump
# that end alike.
function trim(s) { gsub(/^ +| +$/, "", s); return s }
function thousands(n, s) {
	for (s = ""; length(n) > 3; n = substr(n, 1, length(n) - 3))
		s = "," substr(n, length(n) - 2) s
	return n s
}
function flush(i) {
	for (i = 1; i <= nr; i++)
		printf "| %s | %s | %s | %s | %s | %s |%s\n", i == 1 ? dump : "", ways[i], rc[i],
			kept[i] == "" ? "-" : kept[i], bytes[i] == "" ? "-" : thousands(bytes[i]),
			secs[i], cpus[i] == "" ? "" : " " cpus[i] " |"
	nr = 0
	delete at
}
BEGIN {
	FS = "|"
	if (cpu)
		print "| dump | ways | exit code | pages kept | bytes | seconds | CPU seconds |\n|---|---|---|---|---|---|---|"
	else
		print "| dump | ways | exit code | pages kept | bytes | seconds |\n|---|---|---|---|---|---|"
}
/^\|/ {
	if (trim($2) != dump)
		flush()
	dump = trim($2)
	key = trim($4) SUBSEP trim($5) SUBSEP trim($6)
	if (!(key in at)) {
		at[key] = ++nr
		ways[nr] = secs[nr] = cpus[nr] = ""
	}
	i = at[key]
	rc[i] = trim($4)
	kept[i] = trim($5)
	bytes[i] = trim($6)
	ways[i] = ways[i] (ways[i] == "" ? "" : ", ") trim($3)
	secs[i] = secs[i] (secs[i] == "" ? "" : ", ") sprintf("%.2f", trim($7))
	if (trim($8) != "")
		cpus[i] = cpus[i] (cpus[i] == "" ? "" : ", ") sprintf("%.2f", trim($8))
}
END { flush() }

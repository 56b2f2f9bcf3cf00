# SPDX-License-Identifier: GPL-2.0
# results.awk: write the answers of the guests as CSV and JSON
#
# Reads lines "INIT_ON_ALLOC CASE PAGES MIN MEDIAN MAX" and writes the files
# named by the variables csv and json. The variables kernel and release name the
# measured kernel. Answers that are not numbers go into "left_out" of the JSON.

BEGIN {
	print "kernel,init_on_alloc,case,pages,instructions_min,instructions_median" >csv
	printf "{\n  \"kernel\": \"%s\",\n  \"release\": \"%s\",\n  \"unit\": \"instructions for one allocate+free pair or one lookup, unless the case says otherwise\",\n  \"results\": [", kernel, release >json
}

$2 == "-" || $2 == "clock" { next }

$4 !~ /^[0-9.]+$/ {
	why = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", why)
	gsub(/["\\]/, "", why)
	left_out[++nr_left_out] = sprintf("{\"init_on_alloc\": %d, \"case\": \"%s\", \"pages\": %d, \"why\": \"%s\"}", $1, $2, $3, why)
	next
}

$2 ~ /_flushes_per_1000$/ { result($1, $2, $3, $4, $5, $6); next }

# Keep the time of the slowest CPU, to be compared with vmalloc in the same turn.
match($2, /_race.*/) {
	who = substr($2, 1, RSTART - 1)
	kind = substr($2, RSTART + 1)
	if (!((kind, $3) in kinds)) {
		kinds[kind, $3] = 1
		race_kind[++nr_kinds] = kind
		race_pages[nr_kinds] = $3
	}
	race[who, kind, $3, ++turns[who, kind, $3]] = $6
	next
}

# Two results: the largest request that succeeded, and the pages held before.
$2 ~ /_checkerboard$/ {
	result($1, $2 "_largest", $3, $4, $4, $4)
	result($1, $2 "_packed", $3, $5, $5, $5)
	next
}

{ result($1, $2, $3, $4, $5, $6) }

function result(init, name, pages, min, median, max)
{
	printf "%s,%s,%s,%s,%s,%s\n", kernel, init, name, pages, min, median >csv
	printf "%s\n    {\"init_on_alloc\": %s, \"case\": \"%s\", \"pages\": %s, \"min\": %s, \"median\": %s, \"max\": %s}", comma, init, name, pages, min, median, max >json
	comma = ","
}

function sort_ratios(n,    i, j, t)
{
	for (i = 2; i <= n; i++) {
		t = ratio[i]
		for (j = i - 1; j && ratio[j] > t; j--)
			ratio[j + 1] = ratio[j]
		ratio[j + 1] = t
	}
}

# The median of all turns of one time divided by another, times 1000.
function race_result(name, who, kind, pages, other, other_kind,    i, n)
{
	n = turns[who, kind, pages]
	if (!n || n != turns[other, other_kind, pages])
		return
	for (i = 1; i <= n; i++)
		ratio[i] = int(1000 * race[who, kind, pages, i] / race[other, other_kind, pages, i] + 0.5)
	sort_ratios(n)
	result(0, name "_permille", pages, ratio[1], ratio[int((n + 1) / 2)], ratio[n])
}

# The fastest turn on all CPUs divided by the fastest one alone, times 1000: on a busy machine,
# the others say how long a CPU waited for it.
function slower_result(who, kind, pages,    i, together, alone, n)
{
	n = turns[who, kind, pages]
	if (!n || !turns[who, kind "_alone", pages])
		return
	for (i = 1; i <= n; i++) {
		if (!together || race[who, kind, pages, i] < together)
			together = race[who, kind, pages, i]
	}
	for (i = 1; i <= turns[who, kind "_alone", pages]; i++) {
		if (!alone || race[who, kind "_alone", pages, i] < alone)
			alone = race[who, kind "_alone", pages, i]
	}
	n = int(1000 * together / alone + 0.5)
	result(0, who "_" kind "_slower_permille", pages, n, n, n)
}

function races(kind, pages)
{
	race_result("vmx_cold_" kind, "vmx_cold", kind, pages, "vmalloc", kind)
	race_result("vmx_warm_" kind, "vmx_warm", kind, pages, "vmalloc", kind)
	slower_result("vmalloc", kind, pages)
	slower_result("vmx_cold", kind, pages)
	slower_result("vmx_warm", kind, pages)
}

END {
	for (i = 1; i <= nr_kinds; i++)
		races(race_kind[i], race_pages[i])
	printf "\n  ],\n  \"left_out\": [" >json
	for (i = 1; i <= nr_left_out; i++)
		printf "%s\n    %s", (i > 1 ? "," : ""), left_out[i] >json
	printf "\n  ]\n}\n" >json
}

# SPDX-License-Identifier: GPL-2.0
# results.awk: write the answers of the guests as CSV and JSON
#
# Reads lines "INIT_ON_ALLOC CASE PAGES MIN MEDIAN MAX" and writes the files
# named by the variables csv and json. The variables kernel and release name the
# measured kernel. Answers that are not numbers go into "left_out" of the JSON.

BEGIN {
	print "kernel,init_on_alloc,case,pages,instructions_min,instructions_median" >csv
	printf "{\n  \"kernel\": \"%s\",\n  \"release\": \"%s\",\n  \"unit\": \"instructions for one allocate+free pair, unless the case says otherwise\",\n  \"results\": [", kernel, release >json
}

$2 == "-" || $2 == "clock" { next }

$4 !~ /^[0-9.]+$/ {
	why = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", why)
	gsub(/["\\]/, "", why)
	left_out[++nr_left_out] = sprintf("{\"init_on_alloc\": %d, \"case\": \"%s\", \"pages\": %d, \"why\": \"%s\"}", $1, $2, $3, why)
	next
}

# Keep the time of the slowest CPU, to be compared with vmalloc in the same
# round.
$2 ~ /_race$/ {
	round = ++rounds[$2, $3]
	race[$2, $3, round] = $6
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

function race_result(name, pages,    i, n)
{
	n = rounds[name "_race", pages]
	if (!n)
		return
	for (i = 1; i <= n; i++)
		ratio[i] = int(1000 * race[name "_race", pages, i] / race["vmalloc_race", pages, i] + 0.5)
	sort_ratios(n)
	result(0, name "_race_permille", pages, ratio[1], ratio[int((n + 1) / 2)], ratio[n])
}

END {
	race_result("vmx_cold", 1)
	race_result("vmx_warm", 1)
	race_result("vmx_cold", 16)
	race_result("vmx_warm", 16)
	printf "\n  ],\n  \"left_out\": [" >json
	for (i = 1; i <= nr_left_out; i++)
		printf "%s\n    %s", (i > 1 ? "," : ""), left_out[i] >json
	printf "\n  ]\n}\n" >json
}

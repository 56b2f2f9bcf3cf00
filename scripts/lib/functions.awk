# SPDX-License-Identifier: GPL-2.0
# functions.awk: add up executed instructions by function
#
# Reads lines in the order of their addresses: "ADDRESS function NAME", and "ADDRESS
# instruction SHORTEST ALL ORDER": how often the instruction there was executed in the
# shortest pair and in all pairs, and when it first ran. An instruction belongs to the
# function before it. pairs is the number of pairs. Functions with less than one
# instruction in a pair are added up in "(others)".

$2 == "function" { name = $3; next }

{
	shortest[name] += $3
	all[name] += $4
	shortest_total += $3
	total += $4
	if (!(name in first) || $5 < first[name])
		first[name] = $5
}

END {
	printf "%9s %9s  %s\n", "shortest", "mean", "function"
	by_first = "sort -t \"\t\" -k 1,1n | cut -f 2"
	for (name in first) {
		if (all[name] < pairs)
			others += all[name]
		else
			printf "%d\t%9d %9.1f  %s\n", first[name], shortest[name], all[name] / pairs, name | by_first
	}
	close(by_first)
	printf "%9s %9.1f  %s\n", "", others / pairs, "(others)"
	printf "%9d %9.1f  %s\n", shortest_total, total / pairs, "total"
}

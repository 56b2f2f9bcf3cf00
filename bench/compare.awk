# SPDX-License-Identifier: GPL-2.0
# compare.awk: has vmx become slower? Reads the committed table, then a new one.
#
# Prints a line for each figure that is missing or more than 3% worse (LOSS),
# and for each that is more than 3% better (gain). Exits 1 if there is a LOSS.
# What is done under global locks, in the own CPU's magazine, and atomically, and what
# finding an area costs, is compared as it is: the kernel has no part in it.

BEGIN {
	FS = ","
	limit = 0.03
	beside["vmx_huge"] = "vmalloc_huge"
	beside["vmx_map_ram"] = "vm_map_ram"
}

FNR == 1 { file++; next }

{ value[file, $3, $4] = $5 }

# A magazine that is drained once in a batch is no part of a cold pair.
file == 1 && $3 ~ /^vmx_.*_(in_global|takes_global|atomics|find)$|^vmx_warm_(in|takes)_magazine$/ {
	absolute[++nr_absolute] = $3 SUBSEP $4
	next
}

$3 ~ /_(in|takes)_[^_]|_atomics$/ && $3 !~ /_in_order/ { next }

file == 1 && $3 ~ /^vmx_/ { cases[++nr] = $3 SUBSEP $4 }

# Compare a figure with the committed one. For the cost, callers pass what vmx
# adds to the floor: in the whole cost the floor's share would hide a loss.
function judge(name, pages, what, was, is,    change) {
	compared++
	change = (is - was) / (was ? was : is ? is : 1)
	if (change > limit)
		verdict = "LOSS"
	else if (change < -limit)
		verdict = "gain"
	else
		return
	failed += verdict == "LOSS"
	printf "%s %s, %d pages: %s was %.4g, is %.4g (%+.1f%%)\n", verdict, name, pages, what, was, is, 100 * change
}

function figure(f, name, pages, other) { return value[f, name, pages] / value[f, other, pages] }

END {
	for (i = 1; i <= nr; i++) {
		split(cases[i], part, SUBSEP)
		name = part[1]
		pages = part[2]
		match(name, /^vmx_(map_ram|[a-z]*)/)
		allocator = substr(name, 1, RLENGTH)
		shape = substr(name, RLENGTH + 1)
		other = (allocator in beside ? beside[allocator] : "vmalloc") shape
		if (!((2, name, pages) in value) || !((2, other, pages) in value)) {
			printf "LOSS %s, %d pages: not in the new table\n", name, pages
			failed++
			continue
		}
		judge(name, pages, "ratio to " other, figure(1, name, pages, other), figure(2, name, pages, other))
		# The floor has no shapes, and takes frames; vmx_warm may cost less than it.
		if (shape || allocator == "vmx_map_ram")
			continue
		was = value[1, name, pages] - value[1, "floor", pages]
		is = value[2, name, pages] - value[2, "floor", pages]
		if (was > 0)
			judge(name, pages, "cost over the floor", was, is)
	}
	for (i = 1; i <= nr_absolute; i++) {
		split(absolute[i], part, SUBSEP)
		if ((2, part[1], part[2]) in value)
			judge(part[1], part[2], part[1] ~ /_find$/ ? "a lookup" : "a pair", value[1, part[1], part[2]], value[2, part[1], part[2]])
		else {
			printf "LOSS %s, %d pages: not in the new table\n", part[1], part[2]
			failed++
		}
	}
	if (!compared)
		print "LOSS nothing to compare"
	else if (!failed)
		printf "vmx is not slower than the committed table in %d figures.\n", compared
	exit failed || !compared
}

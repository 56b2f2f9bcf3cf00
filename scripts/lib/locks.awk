# SPDX-License-Identifier: GPL-2.0
# locks.awk: name the locks that bench/locks_plugin.c has seen; add up what is under them
#
# usage: awk -v traces=FOLDER -f locks.awk NAMES JOBS TRACE TRACE
#
# NAMES has lines "ADDRESS symbol NAME" (functions) and "ADDRESS object NAME" (variables
# and locks), sorted by address, as text. JOBS has the guest's answers, "CASE_locks PAGES
# PAIRS ...", in the order in which they ran; there is a batch in TRACE for each.
# Prints lines for bench/results.awk, of a pair:
#
#	CASE_in_LOCK PAGES N N N	instructions executed while it holds LOCK
#	CASE_takes_LOCK PAGES N N N	how often it takes LOCK
#	CASE_in_global, CASE_takes_global	the same of all locks that are the only one
#	CASE_atomics			atomic operations on static variables
#
# and writes FOLDER/CASE-PAGES for bench/scale.c: "pairs N", "instructions N", then a line
# for each section in the order of time: "START SCOPE NAME INSTRUCTIONS LINES". SCOPE is
#
#	global	there is one such lock
#	zone	one for each zone or slab cache: the page allocator's, the slab allocator's
#	own	one for each CPU, and it is the CPU's own: these sections are left out
#	node	the same, but of the kernel's nodes, which are 128 at most
#	any	one of all nodes' locks, at random
#
# A name is that of the static variable which the lock lies in, or of the lock in
# bench/objects.c. Other locks are known by the functions that take them.

FNR == 1 { file++ }

file == 1 && $2 == "symbol" { function_at[++functions] = $1; function_name[functions] = $3; next }

# These may have the address of a variable.
file == 1 && $3 ~ /^__BTF_ID__/ { next }

file == 1 {
	object_at[++objects] = $1
	object_name[objects] = $3
	if ($3 ~ /->/)
		exact[$1] = $3
	next
}

file == 2 {
	if ($1 ~ /_locks$/ && $3 ~ /^[0-9]+$/) {
		name[++jobs] = substr($1, 1, length($1) - 6)
		pages[jobs] = $2
		pairs[jobs] = $3
	}
	next
}

# The last line of a table that is not after the address.
function at_or_before(table, n, address,    low, high, middle) {
	low = 1
	high = n
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (table[middle] "" <= address "")
			low = middle
		else
			high = middle - 1
	}
	return low
}

function caller_of(address) {
	if (!(address in caller))
		caller[address] = function_name[at_or_before(function_at, functions, address)]
	return caller[address]
}

function is_static(address) { return address >= "ffffffff80000000" }

function static_name(address) { return object_name[at_or_before(object_at, objects, address)] }

# Set what and scope.
function classify(address, by) {
	if (address in exact) {
		what = exact[address]
		scope = what == "pcp->lock" ? "own" : "zone"
	} else if (is_static(address)) {
		what = static_name(address)
		scope = "global"
		# With one possible CPU, there is one node.
		if (what == "single" && by ~ /vmap/) {
			what = "vmap_nodes"
			scope = "node"
		}
	} else if (by ~ /^(vmx_depot_.*|pop)\[vmx\]$/) {
		what = "depot"
		scope = "global"
	} else if (by ~ /\[vmx\]$/) {
		what = by ~ /^vmx_park/ ? "parker" : "magazine"
		scope = "own"
	} else if (by ~ /vmap|vm_area/) {
		what = "vmap_nodes"
		scope = address in busy ? "any" : "node"
	} else if (by ~ /slab|partial/) {
		what = "slab"
		scope = "zone"
	} else {
		what = "others"
		scope = "others"
	}
	sub(/\[.*/, "", what)
}

# Of the locks of a node, this function takes only those of the areas in use; which node
# has them depends on the address of the area. The others are the node's of this CPU.
file == 3 {
	if ($1 == "lock" && caller_of($3) == "find_unlink_vmap_area")
		busy[$2]
	next
}

$1 == "lock" || $1 == "atomic" {
	by = caller_of($3)
	classify($2, by)
	sections++
	kind[sections] = scope
	of[sections] = what
	if ($1 == "atomic") {
		# The operation itself is one instruction.
		kind[sections] = "global"
		is_atomic[sections]
		start[sections] = $4 - 1
		stop[sections] = $4
		lines[sections] = 1
		atomics[what]++
	} else {
		start[sections] = $4
		stop[sections] = $5
		lines[sections] = $6
		if (!(what in takes))
			seen[++nr_seen] = what
		takes[what]++
		inside[what] += $5 - $4
		scope_of[what] = scope
	}
	next
}

function answer(suffix, format, value) {
	value = sprintf(format, value)
	print name[job] "_" suffix, pages[job], value, value, value
}

# Work of others falls into a batch, too: the timer's, and what is put off. A lock that is
# taken less than once in fifty pairs is one of the others.
function is_rare(n) { return n * 50 < pairs[job] }

$1 == "end" {
	job++
	if (name[job] == "nothing") {
		overhead = $2 / pairs[job]
	} else {
		global_takes = global_in = all_atomics = 0
		for (i = 1; i <= nr_seen; i++) {
			what = seen[i]
			if (is_rare(takes[what]) || what == "others")
				continue
			answer("in_" what, "%.1f", inside[what] / pairs[job])
			answer("takes_" what, "%.2f", takes[what] / pairs[job])
			if (scope_of[what] == "global") {
				global_takes += takes[what]
				global_in += inside[what]
			}
		}
		for (what in atomics) {
			if (!is_rare(atomics[what]))
				all_atomics += atomics[what]
		}
		answer("in_global", "%.1f", global_in / pairs[job])
		answer("takes_global", "%.2f", global_takes / pairs[job])
		answer("atomics", "%.2f", all_atomics / pairs[job])
		if (traces)
			write_trace(traces "/" name[job] "-" pages[job], $2 - overhead * pairs[job])
	}
	for (i = 1; i <= sections; i++)
		delete is_atomic[i]
	split("", takes)
	split("", inside)
	split("", atomics)
	sections = nr_seen = 0
}

function write_trace(to, total,    i, rare) {
	printf "pairs %d\ninstructions %d\n", pairs[job], total >to
	for (i = 1; i <= sections; i++) {
		rare = i in is_atomic ? is_rare(atomics[of[i]]) : is_rare(takes[of[i]])
		if (!rare && kind[i] != "own" && kind[i] != "others")
			printf "%d %s %s %d %d\n", start[i], kind[i], of[i], stop[i] - start[i], lines[i] | "sort -n -s >>" to
	}
	close(to)
	close("sort -n -s >>" to)
}

END {
	if (job != jobs) {
		print "locks.awk: " job " batches for " jobs " jobs" >"/dev/stderr"
		exit 1
	}
}

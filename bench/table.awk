# SPDX-License-Identifier: GPL-2.0
# table.awk: print a CSV file of results.awk as readable tables

BEGIN { FS = "," }

NR == 1 { next }

{ kernel = $1 }

# What locks.awk answered: vmx_cold_in_LOCK, vmx_cold_takes_LOCK, vmx_cold_atomics.
match($3, /_(in|takes)_[^_].*$/) && $3 !~ /_in_order/ {
	locked[$3, $4] = $5
	lock = substr($3, RSTART + 1)
	sub(/^(in|takes)_/, "", lock)
	if (!((lock, $4) in lock_seen)) {
		lock_seen[lock, $4] = 1
		if (lock != "global")
			lock_rows[$4] = lock_rows[$4] (lock_rows[$4] ? SUBSEP : "") lock
	}
	if (!($4 in lock_pages)) {
		lock_pages[$4] = 1
		lock_size[++nr_lock_sizes] = $4
	}
	next
}

$3 ~ /_atomics$/ { locked[$3, $4] = $5; next }

{
	init[$2] = 1
	# Of the races, the median counts.
	value[$2, $3, $4] = $3 ~ /_race/ ? $6 : $5
	# Leave out the races: their times vary with the host.
	if ($3 !~ /_race/ && $5 > 0 && $6 / $5 - 1 > spread[$2])
		spread[$2] = $6 / $5 - 1
	if ($3 == "floor" && !($4 in seen)) {
		seen[$4] = 1
		size[++nr_sizes] = $4
	}
	if (!(($3, $4) in row)) {
		row[$3, $4] = 1
		# vmx_cold_held_100 becomes row "held_100", column vmx_cold.
		if (match($3, /^(vmalloc_huge|vmalloc|kvmalloc|vmx_cold|vmx_warm|vmx_huge)_/)) {
			shape = substr($3, RLENGTH + 1)
			if ($3 !~ /^vmalloc_huge$/ && !((shape, $4) in shape_seen)) {
				shape_seen[shape, $4] = 1
				shape_name[++nr_shapes] = shape
				shape_pages[nr_shapes] = $4
			}
		}
	}
}

function get(i, name, pages) { return (i, name, pages) in value ? value[i, name, pages] : "-" }

function over(a, b) { return a == "-" || b == "-" || !b ? "-" : sprintf("%.3f", a / b) }

function minus(a, b) { return a == "-" || b == "-" ? "-" : sprintf("%+d", a - b) }

function pairs(i,    n, p)
{
	printf "\nLinux %s, init_on_alloc=%d: instructions for one allocate+free pair (minimum)\n\n", kernel, i
	printf "%6s %9s %9s %12s %9s %9s %9s %9s %10s %11s | %8s %8s %8s %8s %8s\n", "pages", "floor", "vmalloc", "vmalloc_huge", "kvmalloc", "vmx_cold", "vmx_huge", "vmx_warm", "vm_map_ram", "vmx_map_ram", "cold/", "cold-", "huge/", "warm/", "ram/"
	printf "%6s %9s %9s %12s %9s %9s %9s %9s %10s %11s | %8s %8s %8s %8s %8s\n", "", "", "", "", "", "", "", "", "", "", "vmalloc", "floor", "v_huge", "vmalloc", "v_ram"
	for (n = 1; n <= nr_sizes; n++) {
		p = size[n]
		printf "%6d %9s %9s %12s %9s %9s %9s %9s %10s %11s | %8s %8s %8s %8s %8s\n", p,
			get(i, "floor", p), get(i, "vmalloc", p), get(i, "vmalloc_huge", p),
			get(i, "kvmalloc", p),
			get(i, "vmx_cold", p), get(i, "vmx_huge", p), get(i, "vmx_warm", p),
			get(i, "vm_map_ram", p), get(i, "vmx_map_ram", p),
			over(get(i, "vmx_cold", p), get(i, "vmalloc", p)),
			minus(get(i, "vmx_cold", p), get(i, "floor", p)),
			over(get(i, "vmx_huge", p), get(i, "vmalloc_huge", p)),
			over(get(i, "vmx_warm", p), get(i, "vmalloc", p)),
			over(get(i, "vmx_map_ram", p), get(i, "vm_map_ram", p))
	}
}

function shapes(i,    n, s, p)
{
	if (!nr_shapes)
		return
	printf "\nLinux %s, init_on_alloc=%d: shapes (instructions for a pair or a lookup, unless the name says otherwise)\n\n", kernel, i
	printf "%22s %6s %9s %12s %9s %9s %9s %9s | %8s %8s\n", "shape", "pages", "vmalloc", "vmalloc_huge", "kvmalloc", "vmx_cold", "vmx_huge", "vmx_warm", "cold/", "warm/"
	for (n = 1; n <= nr_shapes; n++) {
		s = shape_name[n]
		p = shape_pages[n]
		if (s == "huge")
			continue
		printf "%22s %6d %9s %12s %9s %9s %9s %9s | %8s %8s\n", s, p,
			get(i, "vmalloc_" s, p), get(i, "vmalloc_huge_" s, p),
			get(i, "kvmalloc_" s, p), get(i, "vmx_cold_" s, p),
			get(i, "vmx_huge_" s, p), get(i, "vmx_warm_" s, p),
			over(get(i, "vmx_cold_" s, p), get(i, "vmalloc_" s, p)),
			over(get(i, "vmx_warm_" s, p), get(i, "vmalloc_" s, p))
	}
}

function held(name, lock, pages) {
	if (!((name "_in_" lock, pages) in locked))
		return (name "_in_global", pages) in locked ? "0" : "-"
	return sprintf("%s (%s)", locked[name "_in_" lock, pages], locked[name "_takes_" lock, pages])
}

function counted(name, pages) { return (name "_atomics", pages) in locked ? locked[name "_atomics", pages] : "-" }

function lock_row(lock, pages) {
	printf "%22s %6d %16s %16s %16s\n", lock, pages, held("vmalloc", lock, pages), held("vmx_cold", lock, pages), held("vmx_warm", lock, pages)
}

function locks(    n, i, p, rows, names)
{
	if (!nr_lock_sizes)
		return
	printf "\nLinux %s: instructions in locks, of a pair (in brackets: how often a lock is taken)\n\n", kernel
	printf "%22s %6s %16s %16s %16s\n", "lock", "pages", "vmalloc", "vmx_cold", "vmx_warm"
	for (n = 1; n <= nr_lock_sizes; n++) {
		p = lock_size[n]
		rows = split(lock_rows[p], names, SUBSEP)
		for (i = 1; i <= rows; i++)
			lock_row(names[i], p)
		lock_row("global", p)
		printf "%22s %6d %16s %16s %16s\n", "atomic operations", p, counted("vmalloc", p), counted("vmx_cold", p), counted("vmx_warm", p)
	}
}

function clearing(    n, p, c)
{
	printf "\nLinux %s: instructions for clearing (init_on_alloc=1 minus init_on_alloc=0)\n\n", kernel
	printf "%6s %10s %10s %12s %16s\n", "pages", "vmalloc", "vmx_cold", "of vmx_cold", "vmx_cold/vmalloc"
	for (n = 1; n <= nr_sizes; n++) {
		p = size[n]
		c = get(1, "vmx_cold", p) - get(0, "vmx_cold", p)
		printf "%6d %10d %10d %11.1f%% %16s\n", p,
			get(1, "vmalloc", p) - get(0, "vmalloc", p), c,
			100 * c / get(1, "vmx_cold", p),
			over(get(1, "vmx_cold", p), get(1, "vmalloc", p))
	}
}

END {
	for (i = 0; i <= 1; i++) {
		if (i in init) {
			pairs(i)
			shapes(i)
			printf "\nLargest spread (median above minimum): %.2f%%\n", 100 * spread[i]
		}
	}
	locks()
	if (0 in init && 1 in init)
		clearing()
}

# SPDX-License-Identifier: GPL-2.0
# layers.awk: find calls and includes that the table of layers does not allow
#
# Reads three files: the document with the table, symbols, includes; see lib/layers.
# Writes a line "CALLER CALLEE" for each pair of objects to the file that calls names.
#
# The file vmx_X.c or vmx_X.h and all files in X/ are the part X. A file may include,
# by "", root headers of its own part or of parts that it may call, headers in its own
# folder, vmx_compat.h, arch/arch.h and vmx.h.

BEGIN {
	FS = "[ \t]+"
	printf "" >calls
}

FNR == 1 { file++ }

# The table: "| alloc | area, frames, pgtable |".
file == 1 && /^## / { in_section = /^## The layers *$/ }
file == 1 && in_section && /^\|/ {
	split($0, cell, "|")
	part = cell[2]
	gsub(/[ \t`]/, "", part)
	if (part == "part" || part ~ /^[-:]*$/)
		next
	is_part[part]
	nr_parts++
	gsub(/[ \t`]/, "", cell[3])
	n = split(cell[3], callee, ",")
	for (i = 1; i <= n; i++)
		may_call[part, callee[i]]
}

# Symbols: "alloc/api.o:0000000000000010 T vmx_alloc", "alloc/api.o:      U vmx_area_find".
file == 2 && /\.o:/ {
	colon = index($0, ":")
	object = substr($0, 1, colon - 1)
	sub(/^\.\//, "", object)
	type = $(NF - 1)
	sub(/.*:/, "", type)
	check_part(object)
	# A tracepoint belongs to nobody.
	if ($NF ~ /^__(tracepoint|traceiter|probestub|bpf_trace|event|tpstrtab|SC[KT]__tp_func)_/)
		next
	if (type ~ /^[Uwv]$/) {
		user[++nr_uses] = object
		used[nr_uses] = $NF
	} else if (type ~ /^[A-Z]$/) {
		definer[$NF] = object
	}
}

# Includes: "alloc/api.c:12:#include "vmx_area.h"".
file == 3 && /#include "/ {
	colon = index($0, ":")
	source = substr($0, 1, colon - 1)
	split($0, piece, "\"")
	nr_includes++
	check_include(source, piece[2])
}

END {
	if (!nr_parts)
		complain("the document has no table under '## The layers'")
	if (!nr_uses || !nr_includes)
		complain("there are no symbols, or no includes, to look at")
	for (i = 1; i <= nr_uses; i++) {
		if (!(used[i] in definer) || definer[used[i]] == user[i])
			continue
		other = definer[used[i]]
		if (!seen[user[i], other]++)
			print user[i], other >calls
		if (!allowed(part_of(user[i]), part_of(other)))
			complain(user[i] " uses " used[i] " of " other ": " part_of(user[i]) " may not call " part_of(other))
	}
	exit failed
}

function complain(what)
{
	print what
	failed = 1
}

function part_of(path)
{
	if (path ~ /\//)
		sub(/\/.*/, "", path)
	else
		gsub(/^vmx_|\.[a-z]*$/, "", path)
	return path
}

function check_part(path)
{
	if (!(path in known) && !(part_of(path) in is_part))
		complain(path ": the table of layers has no part " part_of(path))
	known[path]
}

function allowed(caller, callee)
{
	return caller == callee || (caller, callee) in may_call
}

function check_include(source, header,    own)
{
	# All parts may include these; what they include is not looked at.
	if (source ~ /^(include|arch)\// || source == "vmx_compat.h")
		return
	own = part_of(source)
	check_part(source)
	sub(/^\.\.\//, "", header)
	if (header == "vmx_compat.h" || header == "arch/arch.h" || header == "vmx.h")
		return
	if (header ~ /^vmx_[a-z_]*\.h$/) {
		if (allowed(own, part_of(header)))
			return
	} else if (index(header, own "/") == 1 || source ~ /\// && header !~ /\//) {
		# In the source's own folder, by its path or by its bare name.
		return
	}
	complain(source " includes \"" header "\": " own " may not")
}

# SPDX-License-Identifier: GPL-2.0
# pictures.awk: one picture of docs/chapter.md, from the text of a session; for pictures
#
# picture=frames	contiguous addresses, and the frames behind them
# picture=list		vmx_list, the descriptors, their page arrays and frames
# picture=hole		which hole each fit chooses
# picture=walk		an address, split into the indices of the page tables
# picture=life		an area from the request to the hole
#
# words: a file with "ENGLISH<tab>LABEL" in each line, for labels in another language.
# The session has its parts behind lines "== PART". If something that the picture shows is
# not in it, this prints what, and exits 1. Units: pixels.

BEGIN {
	while (words && (getline line < words) > 0)
		if (line !~ /^#/ && split(line, pair, "\t") == 2)
			label[pair[1]] = pair[2]
}

/^== / { part = $2; next }
/^vmx# echo '.* fit=/ { fit = $4; sub(/fit=/, "", fit); sub(/'/, "", fit) }
/^vmx# / { next }

part == "list" && /System RAM/ { split($1, span, "-"); last_frame = int(hex(span[2]) / 4096) }
part == "list" && / vmx_list/ { head = "0x" $1 }
part == "list" && /^# vmx area / {
	n = ++areas
	id[n] = value("id")
	descriptor[n] = value("descriptor")
	fields[n] = 0
}
part == "list" && /^(next|addr|size|flags|pages|nr_pages|phys_addr|caller) / {
	field[n, ++fields[n]] = $1
	content[n, fields[n]] = $2
	of[n, $1] = $2
}
part == "list" && /^frames / {
	b = ++blocks[n]
	order[n, b] = value("order") + 0
	pfn[n, b] = hex(value("pfn"))
}

part == "walk" && /^# vmx walk/ { walked = value("address") }
part == "walk" && /^p[g4um]*[dt]e? / {
	level[++levels] = $1
	table[levels] = $3
	place[levels] = $5
	entry[levels] = $7
	bits[levels] = $8
	for (i = 9; i <= NF && $i != "->"; i++)
		bits[levels] = bits[levels] " " $i
}
part == "walk" && /^mapped: / { mapped = $3; sub(/,/, "", mapped) }

part == "hole" && /^# vmx areas/ { slice = value("slice") }
part == "hole" && !fit && /^0x[0-9a-f]+-0x/ {
	split($1, span, "-")
	from[++ranges] = hex(span[1])
	if (/ id=/) {
		kind[ranges] = "area"
		name[ranges] = "id=" value("id")
	} else {
		kind[ranges] = "hole"
		name[ranges] = $2 / 1024 "K"
	}
	to[ranges] = hex(span[2])
}
part == "hole" && fit && /^[0-9]+ 0x/ {
	chosen[fit] = hex($2)
	chosen_at[fit] = $2
	requested = $3
}

part == "life" && / = [0-9]+, [0-9]+ pages/ { asked = $3 + 0; pages = $4 }
part == "life" && /the guard page: size/ { whole = $NF }
part == "life" && /struct vmx_area at / { owner = behind("struct vmx_area at ") }
part == "life" && /^ +addr = / { address = $3 }
part == "life" && /^ +set / { set = $2; first = behind("index ") }
part == "life" && /remove_vmx_area/ { freeing = 1 }
part == "life" && / order=/ && freeing { returned += value("frames") }
part == "life" && / order=/ && !freeing {
	first_frame = value("pfn")
	sub(/-.*/, "", first_frame)
	taken[++takes] = "order=" value("order") " pfn=" first_frame
}
part == "life" && /^ +clear / { cleared = $2 }
part == "life" && /lazy_max: / { waits = behind("quarantined: "); lazy_max = behind("lazy_max: ") }
part == "life" && /holes again: / { again = value("bytes") }

# The word behind these words in this line.
function behind(words_before,    rest) {
	rest = substr($0, index($0, words_before) + length(words_before))
	sub(/[ ,:].*/, "", rest)
	return rest
}

# The value behind NAME= in this line.
function value(name) {
	if (!match(" " $0, "[ (]" name "=[^ )]*"))
		return ""
	return substr(" " $0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
}

# The last 12 digits of a hexadecimal number: awk's numbers have 53 bits.
function hex(digits,    i, n) {
	sub(/^0x/, "", digits)
	digits = substr("000000000000" digits, length(digits) + 1)
	for (i = 1; i <= 12; i++)
		n = n * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
	return n
}

# The end of an address, for a narrow place: ...600000.
function short(n) { return sprintf("…%06x", n % 16777216) }

# A label in the picture's language.
function word(english) {
	if (!words)
		return english
	if (!(english in label))
		fail("no word for \"" english "\" in " words)
	return label[english]
}

function fail(what) {
	if (!failed)
		print "vmx: " what > "/dev/stderr"
	failed = 1
}

function need(what, there) { if (there == "" || there == 0) fail("the session has no " what) }

function rect(x, y, width, height, class) {
	svg = svg sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x, y, width, height, class)
}

function text(x, y, what, class) {
	gsub(/&/, "\\&amp;", what)
	gsub(/</, "\\&lt;", what)
	gsub(/>/, "\\&gt;", what)
	svg = svg sprintf("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, what)
}

function line_to(x1, y1, x2, y2, class) {
	svg = svg sprintf("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, class)
}

function path(d, class) { svg = svg sprintf("<path d=\"%s\" class=\"%s\"/>\n", d, class) }

# A box with a line of text in its middle.
function box(x, y, width, height, class, what, text_class) {
	rect(x, y, width, height, class)
	text(x + width / 2, y + height / 2 + 4, what, text_class " middle")
}

# Squares with their meanings, in one row.
function legend(x, y, kinds, meanings, step,    k, m, i, n) {
	n = split(kinds, k, " ")
	split(meanings, m, "; ")
	for (i = 1; i <= n; i++) {
		rect(x + (i - 1) * step, y - 11, 16, 14, k[i])
		text(x + (i - 1) * step + 23, y, word(m[i]), "")
	}
}

function draw_frames(    i, b, f, n, x, at, page, sorted, swap, k, width) {
	need("area", areas)
	need("System RAM", last_frame)
	title(word("Contiguous addresses, scattered frames"))
	need("frames", blocks[1])
	width = 720 / (of[1, "size"] / 4096)
	text(40, 54, sprintf(word("above: the addresses of area %d, from %s on: %d pages and the guard page"), id[1], of[1, "addr"], of[1, "nr_pages"]), "")
	text(40, 74, word("below: its frames, in the order of their numbers (pfn), and their places in memory"), "")
	for (page = 0; page <= of[1, "nr_pages"]; page++) {
		x = 40 + page * width
		box(x, 88, width, 40, page < of[1, "nr_pages"] ? "area" : "guard", short(hex(of[1, "addr"]) + page * 4096), "mono")
	}
	text(760, 80, word("guard page: no frame"), "small end")

	# The blocks by their place in memory.
	for (b = 1; b <= blocks[1]; b++)
		sorted[b] = b
	for (b = 1; b <= blocks[1]; b++)
		for (k = b + 1; k <= blocks[1]; k++)
			if (pfn[1, sorted[k]] < pfn[1, sorted[b]]) {
				swap = sorted[b]; sorted[b] = sorted[k]; sorted[k] = swap
			}
	x = 40
	width = (720 - 44 * (blocks[1] - 1)) / of[1, "nr_pages"]
	for (k = 1; k <= blocks[1]; k++) {
		b = sorted[k]
		page = 0
		for (i = 1; i < b; i++)
			page += 2 ^ order[1, i]
		n = 2 ^ order[1, b]
		for (f = 0; f < n; f++) {
			at = 40 + (page + f + 0.5) * 720 / (of[1, "size"] / 4096)
			line_to(at, 129, x + (f + 0.5) * width, 234, "arrow")
			box(x + f * width, 236, width, 34, "frame", sprintf("0x%x", pfn[1, b] + f), "mono")
		}
		text(x + n * width / 2, 286, sprintf(word("block, order %d"), order[1, b]), "small middle")
		at = 40 + 720 * pfn[1, b] / (last_frame + 1)
		line_to(x + n * width / 2, 292, at, 328, "thin")
		rect(at - 1.5, 330, 3, 26, "mark")
		x += n * width + 44
	}
	rect(40, 330, 720, 26, "bar")
	text(40, 373, word("frame 0"), "small")
	text(760, 373, sprintf(word("frame 0x%x"), last_frame), "small end")
	text(400, 373, word("the memory of this machine, to scale"), "small middle")
	return 388
}

function draw_list(    n, i, b, f, x, y, page, bottom) {
	need("areas", areas)
	need("vmx_list", head)
	title(word("The list: vmx_list, descriptors, page arrays and frames"))
	if (areas != 3)
		fail("the picture of the list is for 3 areas, and the session has " areas)
	rect(24, 48, 280, 42, "table")
	text(32, 65, "vmx_list", "bold")
	text(32, 82, sprintf("%s: %s", head, descriptor[1]), "tiny mono")
	line_to(60, 90, 60, 122, "arrow")
	for (n = 1; n <= areas; n++) {
		x = 24 + (n - 1) * 262
		rect(x, 124, 228, 28 + fields[n] * 17, "area")
		text(x + 8, 141, sprintf(word("descriptor of area %d"), id[n]) , "bold")
		text(x + 220, 141, "…" substr(descriptor[n], 11), "mono end")
		for (i = 1; i <= fields[n]; i++) {
			y = 142 + i * 17
			text(x + 8, y, field[n, i], "mono")
			text(x + 84, y, content[n, i] ~ /^make_area/ ? "make_area+…" : content[n, i], "mono")
			if (field[n, i] == "next" && n < areas) {
				if (content[n, i] != descriptor[n + 1])
					fail("area " id[n] " does not lead to area " id[n + 1])
				path(sprintf("M%.1f %.1fH%.1fV138H%.1f", x + 228, y - 4, x + 244, x + 260), "arrow")
			}
		}
		y = 152 + fields[n] * 17
		text(x + 8, y + 18, word("page array"), "bold")
		text(x + 114, y + 18, word("frames"), "bold")
		text(x + 8, y + 33, of[n, "pages"], "tiny mono")
		y += 14
		page = 0
		for (b = 1; b <= blocks[n]; b++)
			for (f = 0; f < 2 ^ order[n, b]; f++) {
				box(x, y + 26 + page * 24, 92, 22, "area", "pages[" page "]", "mono")
				line_to(x + 92, y + 37 + page * 24, x + 112, y + 37 + page * 24, "arrow")
				box(x + 114, y + 26 + page * 24, 114, 22, "frame", sprintf("pfn 0x%x", pfn[n, b] + f), "mono")
				page++
			}
		if (page != of[n, "nr_pages"])
			fail("area " id[n] " has " of[n, "nr_pages"] " pages, and the session shows " page)
		text(x, y + 42 + page * 24, word("guard page: no pointer, no frame"), "small")
		if (y + 58 + page * 24 > bottom)
			bottom = y + 58 + page * 24
	}
	return bottom
}

function draw_hole(    i, start, end, scale, x, y, where, split_at, f, fits) {
	need("slice", slice)
	need("gaps", ranges)
	title(word("A hole is chosen"))
	split(slice, where, "-")
	start = hex(where[1])
	end = hex(where[2])
	text(40, 52, sprintf(word("the slice, %s: three holes, each before an area, then a long one"), slice), "")

	# The front of the slice to scale, and its end to the same scale behind a break.
	split_at = 0
	for (i = 1; i <= ranges; i++)
		if (kind[i] == "area" && to[i] > split_at)
			split_at = to[i]
	scale = 612 / (split_at - start)
	for (y = 76; y <= 176; y += 100) {
		for (i = 1; i <= ranges; i++) {
			x = 40 + (from[i] - start) * scale
			if (kind[i] == "area") {
				rect(x, y, (to[i] - from[i]) * scale, 34, "area")
				rect(40 + (to[i] - 4096 - start) * scale, y, 4096 * scale, 34, "guard")
				if (y == 76)
					text(x + (to[i] - from[i]) * scale / 2, y - 4, name[i], "tiny mono middle")
			} else if (to[i] <= split_at) {
				rect(x, y, (to[i] - from[i]) * scale, 34, "hole")
				if (y == 76)
					text(x + (to[i] - from[i]) * scale / 2, y + 21, word("hole") " " name[i], "middle")
			} else {
				path(sprintf("M%.1f %dH760V%dH%.1f", x, y, y + 34, x), "hole")
				if (y == 76)
					text((x + 800) / 2, y + 21, name[i], "middle")
				path(sprintf("M%.1f %dl8 10l-8 14l8 14", x + 26, y - 2), "break")
				path(sprintf("M%.1f %dl8 10l-8 14l8 14", x + 31, y - 2), "break")
			}
		}
	}
	text(40, 146, sprintf(word("Four requests of %s, one with each fit. With its guard page, each needs %s."), requested / 1024 "K", requested / 1024 + 4 "K"), "")
	for (i = split("first next best last", fits, " "); i >= 1; i--) {
		f = fits[i]
		need("request with fit=" f, chosen[f])
		x = chosen[f] < split_at ? 40 + (chosen[f] - start) * scale : 760 - (end - chosen[f]) * scale
		rect(x, 176, requested * scale, 34, "chosen")
		rect(x + requested * scale, 176, 4096 * scale, 34, "guard")
		text(x + (requested + 4096) * scale / 2, 171, f, "bold middle")
		# What next chose may lie close behind what first chose.
		text(x + (requested + 4096) * scale / 2, f == "next" ? 237 : 225, "…" substr(chosen_at[f], 11), "tiny mono middle")
	}
	text(40, 256, word("first: the lowest hole that is large enough, at its front"), "")
	text(40, 276, word("best: the smallest hole that is large enough, at its front"), "")
	text(40, 296, word("last: the highest hole that is large enough, at its end"), "")
	text(40, 316, word("next: as first, but behind the last request with this fit; here it was the first one"), "")
	legend(40, 346, "area chosen guard hole", "area; chosen; guard page; hole", 130)
	return 360
}

function draw_walk(    i, x, width, y, low, step, at) {
	need("walk", walked)
	need("frame that is mapped", mapped)
	title(sprintf(word("The walk of %s, from the top table to the frame (%d levels)"), walked, levels))
	if (levels != 4)
		fail("the picture of the walk is for 4 levels, and the session has " levels)
	width = 132
	step = 156
	for (i = 1; i <= levels + 1; i++) {
		x = 24 + (i - 1) * step
		low = 12 + 9 * (levels - i)
		if (i <= levels) {
			box(x, 50, width, 40, "chosen", sprintf("%s: %d", word("index"), place[i]), "bold")
			text(x + width / 2, 106, sprintf(word("bits %d-%d"), low + 8, low), "small middle")
		} else {
			box(x, 50, width, 40, "chosen", sprintf("%s: 0x%03x", word("offset"), hex(walked) % 4096), "bold")
			text(x + width / 2, 106, sprintf(word("bits %d-%d"), 11, 0), "small middle")
		}
	}
	for (i = 1; i <= levels; i++) {
		x = 24 + (i - 1) * step
		sub(/^0x0*/, "0x", table[i])
		text(x, 136, level[i], "bold")
		text(x + width, 136, table[i], "mono end")
		rect(x, 142, width, 190, "table")
		at = 142 + place[i] * 168 / 511
		rect(x, at, width, 22, "leaf")
		text(x + width / 2, at + 15, entry[i], "tiny mono middle")
		text(x + 2, 348, word("entry") " " place[i] ":", "small")
		text(x + 2, 364, bits[i], "tiny mono")
		path(sprintf("M%.1f %.1fH%.1fV146H%.1f", x + width, at + 11, x + width + 12, x + step - 2), "arrow")
	}
	x = 24 + levels * step
	text(x, 136, word("frame"), "bold")
	text(x + width, 136, "pfn " mapped, "mono end")
	rect(x, 142, width, 190, "frame")
	at = 142 + (hex(walked) % 4096) * 190 / 4096
	line_to(x, at, x + width, at, "mark")
	text(x + width / 2, at + 16, sprintf(word("byte 0x%03x"), hex(walked) % 4096), "middle")
	text(24, 392, word("Each table has 512 entries; an entry is drawn at its place in the table. Bits 63-48 of an address repeat bit 47."), "small")
	return 406
}

# A bar of the picture of an area's life, over the steps from the first to the last.
function lane(y, height, first_step, last_step, class) {
	rect(112 + (first_step - 1) * 84 + 2, y, (last_step - first_step + 1) * 84 - 4, height, class)
}

function draw_life(    i, steps, n, y, k, height) {
	need("size with the guard page", whole)
	need("descriptor of the area", owner)
	need("address of the area", address)
	need("block of frames", takes)
	need("entries that were set", set)
	need("entries that were cleared", cleared)
	need("frames that went back", returned)
	need("bytes in quarantine", waits)
	need("purge", again)
	title(sprintf(word("The life of an area (vmx): %d bytes, %d pages"), asked, pages))
	n = split("request; hole; frames; mapped; freed; quarantine; purge; hole", steps, "; ")
	for (i = 1; i <= n; i++) {
		box(119 + (i - 1) * 84, 46, 70, 28, i == 1 || i == n ? "hole" : "table", word(steps[i]), "tiny")
	}
	for (i = 1; i < n; i++)
		line_to(189 + (i - 1) * 84, 60, 203 + (i - 1) * 84, 60, "arrow")

	y = 88
	text(24, y + 22, word("descriptor"), "")
	lane(y, 36, 1, 7, "area")
	text(122, y + 22, owner, "mono")
	y += 48
	text(24, y + 22, word("addresses"), "")
	lane(y, 36, 1, 1, "hole")
	lane(y, 36, 2, 4, "area")
	lane(y, 36, 5, 7, "quarantine")
	lane(y, 36, 8, 8, "hole")
	text(206, y + 15, address, "mono")
	text(206, y + 29, sprintf(word("%d bytes, first fit"), whole), "small")
	text(458, y + 15, sprintf(word("%d bytes wait"), waits), "small")
	text(458, y + 29, sprintf(word("more than lazy_max, %d: a purge is due"), lazy_max), "tiny")
	text(742, y + 22, word("hole"), "small middle")
	text(154, y + 22, word("hole"), "small middle")
	y += 48
	height = 8 + takes * 15
	text(24, y + height / 2 + 4, word("frames"), "")
	lane(y, height, 3, 4, "frame")
	for (k = 1; k <= takes; k++)
		text(288, y + k * 15 + 1, taken[k], "tiny mono")
	text(458, y + height / 2 + 4, sprintf(word("%d frames go back at once"), returned), "small")
	y += height + 12
	text(24, y + 22, word("entries"), "")
	lane(y, 36, 4, 4, "leaf")
	text(406, y + 15, sprintf(word("%d entries"), set), "small middle")
	text(406, y + 29, sprintf(word("index %d-%d"), first, first + set - 1), "small middle")
	text(458, y + 22, sprintf(word("%d entries are cleared"), cleared), "small")
	y += 48
	text(24, y + 15, word("translations"), "")
	text(24, y + 29, word("in TLBs"), "")
	lane(y, 36, 4, 7, "quarantine")
	text(374, y + 22, word("a CPU may have some, until the flush of the purge"), "small")
	y += 60
	text(24, y, sprintf(word("The addresses wait for the flush; the frames do not. After the purge, %d bytes are a hole again."), again), "small")
	return y + 16
}

function title(what) {
	text(24, 28, what, "title")
	svg_title = "<title>" what "</title>\n"
}

END {
	if (picture == "frames")
		height = draw_frames()
	else if (picture == "list")
		height = draw_list()
	else if (picture == "hole")
		height = draw_hole()
	else if (picture == "walk")
		height = draw_walk()
	else
		height = draw_life()
	if (failed)
		exit 1
	printf "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"%d\" viewBox=\"0 0 800 %d\">\n", height, height
	print "<style>"
	print "text { font-family: sans-serif; font-size: 13px; fill: #222 }"
	print ".mono { font-family: \"DejaVu Sans Mono\", monospace; font-size: 11px }"
	print ".small { font-size: 12px } .tiny { font-size: 10.5px }"
	print ".bold { font-weight: bold } .title { font-weight: bold; font-size: 16px }"
	print ".middle { text-anchor: middle } .end { text-anchor: end }"
	print "rect, path, line { stroke: #555; stroke-width: 1; fill: none }"
	print ".back { fill: #fff; stroke: none }"
	print ".area { fill: #cfe2f3 } .guard { fill: #f4b6a6 } .frame { fill: #cde8c9 }"
	print ".quarantine { fill: #ffeeb0 } .chosen { fill: #ddd0f0 } .table { fill: #eee } .leaf { fill: #ddd0f0 }"
	print ".hole { stroke-dasharray: 4 3 } .mark { fill: #222; stroke: #222 }"
	print ".break { stroke-width: 1.5 } .arrow { marker-end: url(#tip) } .tip { fill: #555; stroke: none }"
	print "@media (prefers-color-scheme: dark) {"
	print "text { fill: #e6e6e6 }"
	print "rect, path, line { stroke: #aaa }"
	print ".back { fill: #161b22; stroke: none }"
	print ".area { fill: #1f4a70 } .guard { fill: #7a3526 } .frame { fill: #27572a }"
	print ".quarantine { fill: #665510 } .chosen { fill: #51407a } .table { fill: #30363d } .leaf { fill: #51407a }"
	print ".mark { fill: #e6e6e6; stroke: #e6e6e6 } .tip { fill: #aaa; stroke: none }"
	print "}"
	print "</style>"
	print "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" class=\"tip\"/></marker></defs>"
	printf "<rect width=\"800\" height=\"%d\" class=\"back\"/>\n", height
	printf "%s%s</svg>\n", svg_title, svg
}

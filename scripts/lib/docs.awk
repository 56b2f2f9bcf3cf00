# SPDX-License-Identifier: GPL-2.0
# docs.awk: the commands of a page of docs/ and their outputs; for test-docs
#
# what=script	print a shell script that runs the commands of the page
# what=compare	files: what that script printed, then the page; print a verdict for each
#		command. It must fit on a screen of 24 lines, with its output and the prompt
#		behind it
# what=update	the same files; print the page with what was seen
# what=blocks	print the blocks of code of the page, fenced and indented; of the indented
#		ones without what is behind "  #"
# what=sections	print the levels of its headings, and its pictures
#
# machine: run blocks without a name behind the fence if it is x86_64, and otherwise those
# with its name.

BEGIN { prompt = "vmx# "; mark = "@@"; if (what == "script") print "exec 2>&1" }

# What may differ from run to run.
function plain(line) {
	gsub(/0x[0-9a-f]+/, "0x_", line)
	gsub(/[0-9]+ ns/, "N ns", line)
	gsub(/index +[0-9]+/, "index N", line)
	gsub(/pid=[0-9]+/, "pid=N", line)
	gsub(/\[ *[0-9]+\.[0-9]+\]/, "[T]", line)
	gsub(/[ \t]+/, " ", line)
	return line
}

# The lines of a screen that it takes. A character of several bytes takes one column, and a
# tab eight at most.
function height(line) {
	gsub(/[\200-\277]/, "", line)
	gsub(/\t/, "        ", line)
	return length(line) ? int((length(line) + 79) / 80) : 1
}

function verdict() {
	if (command == "")
		return
	if (!mine)
		print "skip: " command " (for another machine)"
	else if (page_says != seen_plain[n]) {
		printf "# the page:\n%s# the guest:\n%s", page_says, seen_plain[n]
		print "not ok: " command
	} else if (height(command) + seen_height[n] >= 24)
		print "not ok: " command " (more than 24 lines)"
	else
		print "ok: " command
	command = ""
	page_says = ""
}

# The first file of compare and update: what the guest printed.
(what == "compare" || what == "update") && FNR == NR {
	if (index($0, mark) == 1)
		n = substr($0, length(mark) + 1) + 0
	else if (n) {
		seen[n] = seen[n] $0 "\n"
		seen_plain[n] = seen_plain[n] plain($0) "\n"
		seen_height[n] += height($0)
	}
	next
}
FNR == 1 { n = 0 }

/^```/ {
	if (what == "compare")
		verdict()
	inside = !inside
	if (inside) {
		name = substr($0, 4)
		mine = name == machine || (name == "" && machine == "x86_64")
	}
	if (what == "update" || what == "blocks")
		print
	shown = 0
	next
}
!inside {
	if (what == "update")
		print
	if (what == "sections" && match($0, /^#+ /))
		print substr($0, 1, RLENGTH)
	if (what == "sections" && match($0, /\([a-z\/]*\.svg\)/))
		print substr($0, RSTART, RLENGTH)
	if (what == "blocks" && sub(/^    /, "")) {
		sub(/  +#.*/, "")
		print
	}
	next
}
what == "blocks" { print; next }
index($0, prompt) == 1 {
	if (what == "compare")
		verdict()
	if (mine)
		n++
	command = $0
	if (what == "script" && mine)
		printf "echo \"%s%d\"\n%s\n", mark, n, substr($0, length(prompt) + 1)
	if (what == "update") {
		print
		if (mine)
			printf "%s", seen[n]
	}
	next
}
what == "update" { if (!mine) print }
what == "compare" { page_says = page_says plain($0) "\n" }
# The exit code of the last command is that of no test.
END { if (what == "script") print "exit 0" }

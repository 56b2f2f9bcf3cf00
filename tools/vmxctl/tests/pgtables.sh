# SPDX-License-Identifier: GPL-2.0
# pgtables.sh: vmxctl pgtables: saved runs of page-table entries; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The witness of pgtables is a few lines of Python.
pgtables_agree() {
	local frame
	python3 "$source/tests/pgtables.py" "$1" >expected
	vmxctl pgtables --from "$1" --json >rows
	jq -r '.[] | "\(.addr) \(.size) \(.level) \(.flags | split(" ") | sort | join(" ")) \(.frames)"' rows >got
	[ -s expected ]
	same "$(<expected)" "$(<got)"
	vmxctl pgtables --json --from - <"$1" | cmp - rows
	# Each choice leaves those runs that it is about; an interior address finds its run.
	chooses() {
		vmxctl pgtables --from "$1" --json "${@:3}" >got || :
		same "$(jq -c "[.[] | select($2)]" rows)" "$(jq -c . got)"
	}
	chooses "$1" .writable --writable
	chooses "$1" .executable --executable
	chooses "$1" '.level == "pmd"' --level pmd
	chooses "$1" '.size >= 65536' --min 64K
	chooses "$1" '.flags | split(" ") | index("RW")' --flag RW
	chooses "$1" '(.flags | split(" ") | index("RW")) and .level == "pmd"' --level pmd --flag RW
	vmxctl pgtables --from "$1" --json "$(jq -r '.[3].addr' rows | sed 's/...$/123/')" >got
	same "$(jq -c '.[3:4]' rows)" "$(jq -c . got)"
	vmxctl pgtables --from "$1" --json "$(jq -r '"\(.[3].addr)-\(.[7].addr)"' rows)" >got
	same "$(jq -c '.[3:7]' rows)" "$(jq -c . got)"
	vmxctl pgtables --from "$1" --json --by level >got
	same "$(jq -c 'group_by(.level) | map([.[0].level, length, (map(.size) | add)]) | sort' rows)" \
		"$(jq -c 'map([.level, .runs, .size]) | sort' got)"
	vmxctl pgtables --from "$1" --json --by flag >got
	same "$(jq -c '[.[] | {f: (.flags | split(" "))[], s: .size}] | group_by(.f) |
		map([.[0].f, length, (map(.s) | add)]) | sort' rows)" \
		"$(jq -c 'map([.flag, .runs, .size]) | sort' got)"
	for frame in $(python3 "$source/tests/pgtables.py" "$1" --frames); do
		vmxctl pgtables --from "$1" --json --phys "$frame" >got
		same "$(python3 "$source/tests/pgtables.py" "$1" "$frame")" "$(jq -r '.[].at' got)"
	done
	exits 1 vmxctl pgtables --from "$1" --phys 0xfffffffffff --json
	[ "$(<stdout)" = '[]' ]
	for width in 40 80 200; do
		vmxctl pgtables --from "$1" --width $width >table
		[ "$(widest <table)" -le $width ]
	done
}

# For a check: nothing found is 0, one run is 1, and so is a line that cannot be read.
finds_wx() {
	grep -v 'RW .* x ' "$1" >good
	exits 0 vmxctl pgtables --wx --from good --json
	[ "$(<stdout)" = '[]' ]
	sed '0,/RW .*NX/s/NX/x /' good >bad
	exits 1 vmxctl pgtables --wx --from bad --json
	jq -e 'length == 1 and .[0].writable and .[0].executable' stdout
	exits 1 vmxctl pgtables --wx --by level --from bad
	{ cat good; echo '0x1000-0x2000 4K RW x'; } >"cut"
	exits 1 vmxctl pgtables --wx --from "cut"
	has 'this is no answer' stderr
	for line in '' 'no page table' '0x2000-0x1000 4K RW x pte' '0x1000-0x2000 4K RW x pte pmd'; do
		echo "$line" >hostile
		exits 1 vmxctl pgtables --wx --from hostile
		has 'no line' stderr
	done
	# The kernel's own dump of arm64 has the level first, in capital letters.
	printf '%s\n' '---[ Modules start ]---' \
		'0xffff800078000000-0xffff800078001000           4K PTE       RW x  SHD AF            UXN    MEM/NORMAL' >dump
	exits 1 vmxctl pgtables --wx --from dump --json
	jq -e '.[0] | .level == "pte" and .range == "Modules start"' stdout
	printf '%s\n' '0xff20000000000000-0xff20000000001000   0x0000000080800000         4K PTE  .   ..    ..   D A G . X W R V' >dump
	exits 1 vmxctl pgtables --wx --from dump --json
	# More kinds of flags than any machine has.
	for ((i = 0; i < 70; i++)); do echo "0x1000-0x2000 4K f$i pte"; done >many
	exits 0 vmxctl pgtables --from many --json
	has '6 lines could not be read' stderr
	exits 0 vmxctl pgtables --from <(echo '0xfffffffffffff000-0x0000000000000000 4K RW NX pte') --json
	jq -e '.[0].size == 4096' stdout
	exits 2 vmxctl pgtables --level page
	exits 2 vmxctl pgtables --phys x
	exits 2 vmxctl pgtables 0x2000-0x1000
	exits 2 vmxctl pgtables 0x2000-
	exits 4 vmxctl pgtables --from nothing
}

for file in "$captured"/*/pgtables; do
	name=${file#"$source/tests/"}
	try "pgtables: $name" pgtables_agree "$file"
	try "pgtables: --wx on $name" finds_wx "$file"
done

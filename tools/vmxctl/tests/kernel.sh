# SPDX-License-Identifier: GPL-2.0
# kernel.sh: vmxctl kernel: saved files of /proc/vmallocinfo; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The witness: totals of a /proc/vmallocinfo, without a look at vmxctl.
totals_of() {
	local page=4096
	[[ ${1#"$captured"} != *-16k-* ]] || page=16384
	# shellcheck disable=SC2016
	awk -v page=$page '{ n++; size += $2; if (match($0, / pages=[0-9]+/)) pages += substr($0, RSTART + 7, RLENGTH - 7) }
		END { printf "%d %.0f %.0f\n", n, size, pages * page }' "$1"
}

# shellcheck disable=SC2016
callers='{ c = $3; sub(/[+.].*/, "", c)
	if ($3 == "unpurged" || $3 == "vm_map_ram") c = "(" $3 ")"
	if ($3 ~ /^pages=/) c = "(no caller)"
	if ($4 ~ /^\[/) c = c " " $4
	size[c] += $2; n[c]++ }
	END { for (c in size) printf "%s\t%.0f\t%d\n", c, size[c], n[c] }'

totals_agree() {
	same "$(totals_of "$1")" "$(vmxctl kernel "$1" --json | jq -r '"\(.areas) \(.size) \(.memory)"')"
	for by in caller module kind area; do
		# Rows add up to the totals.
		vmxctl kernel "$1" --json --by $by | jq -e '
			(.rows | map(.size) | add) == .size and
			(.rows | map(.memory // 0) | add) == .memory' >/dev/null
	done
	same "$(awk "$callers" "$1" | sort)" \
		"$(vmxctl kernel "$1" --json | jq -r '.rows[] | [.caller, .size, .areas] | @tsv' | sort)"
}

holes_agree() {
	python3 "$source/tests/holes.py" "$1" >expected
	vmxctl kernel "$1" --json | jq -c '.holes' >got
	same "$(jq -cS . expected)" "$(jq -cS . got)"
}

order_does_not_matter() {
	shuf --random-source="$source/tests/words" "$1" >shuffled
	for by in caller area; do
		keys=size,caller
		[ $by = caller ] || keys=size,addr
		vmxctl kernel - --by $by --bytes --sort "$keys" <"$1" >expected
		vmxctl kernel - --by $by --bytes --sort "$keys" <shuffled >got
		same "$(<expected)" "$(<got)"
	done
	vmxctl kernel - --map <"$1" >expected
	vmxctl kernel - --map <shuffled >got
	same "$(<expected)" "$(<got)"
}

kinds_are_known() {
	same "bpf 24576 2
dma 8192 1
ioremap 16384 2
stack 8192 1
unpurged 4096 1
user 16384 1
vm_map_ram 262144 1
vmalloc 36864 3
vmap 8192 1
vmx 8192 1" "$(vmxctl kernel "$source/tests/words" --by kind --json | jq -r '.rows[] | "\(.kind) \(.size) \(.areas)"' | sort)"
	# The name of a module, also of one that has gone: by address.
	vmxctl kernel "$source/tests/words" --by module --json |
		jq -e '.rows | map(.module) | sort == ["(kernel)", "nvidia", "snd_pcm", "vmx"]'
	vmxctl kernel "$source/tests/words" --json | jq -e '.rows | map(.caller) | index("0xffffffffa0012345")'
}

hidden_addresses() {
	for kind in hashed zero; do
		for file in "$captured"/*/vmallocinfo-"$kind"; do
			vmxctl kernel "$file" --json | jq -e '.addresses != "real" and .holes == null' >/dev/null
			for picture in --map --svg=x.svg --png=x.png; do
				exits 3 vmxctl kernel "$file" $picture
				has 'kernel.kptr_restrict=1' stderr
				[ ! -s stdout ]
				[ ! -e x.svg ]
				[ ! -e x.png ]
			done
		done
	done
}

tables_fit() {
	local width
	for width in 40 80 200; do
		for by in caller module kind area; do
			vmxctl kernel "$1" --by $by --width $width >table
			[ "$(widest <table)" -le $width ]
			has ADDRESSES table
		done
	done
	vmxctl kernel "$1" --width 40 | has '^CALLER .*ADDRESSES'
	# In a pipe nothing is cut.
	vmxctl kernel "$source/tests/words" --by area | has 'snd_pcm_lib_alloc.isra.0+0x10/0x20 \[snd_pcm\]$'
	vmxctl kernel "$source/tests/words" --by area --width 60 | has '~$'
}

maps_fit() {
	local width
	for width in 40 80 200; do
		vmxctl kernel "$1" --map --width $width >map
		[ "$(widest <map)" -le $width ]
		[ "$(grep -c '^0x' map)" -le 26 ]
	done
	vmxctl kernel "$1" --map | has $'\u00b7'
	vmxctl kernel "$1" --map --ascii | not has '[^ -~]'
	LC_ALL=C vmxctl kernel "$1" --map | not has '[^ -~]'
	# Colours: each palette has its own sequences, and a line ends without any.
	vmxctl kernel "$1" --map --color=16 | has $'\e\[[0-9]*;4[0-9]m'
	vmxctl kernel "$1" --map --color=256 | has $'\e\[[0-9]*;48;5;'
	vmxctl kernel "$1" --map --color=24bit | has $'\e\[[0-9]*;48;2;'
	# Without their sequences they are the map without colours.
	vmxctl kernel "$1" --map >plain
	for colours in 16 256 24bit; do
		vmxctl kernel "$1" --map --color=$colours | sed 's/\x1b\[[0-9;]*m//g' | cmp - plain
	done
}

# A terminal, through script(1): TERM and NO_COLOR decide.
terminal_colours() {
	local command="vmxctl kernel $1 --map"
	COLORTERM=truecolor script -qec "$command" /dev/null </dev/null | has $'\e\[[0-9]*;48;2;'
	TERM=xterm-256color script -qec "$command" /dev/null </dev/null | has $'\e\[[0-9]*;48;5;'
	NO_COLOR=1 TERM=xterm-256color script -qec "$command" /dev/null </dev/null | not has $'\e'
	TERM=dumb COLORTERM=truecolor script -qec "$command" /dev/null </dev/null | not has $'\e'
}

pictures_add_up() {
	vmxctl kernel "$1" --svg x.svg
	vmxctl kernel "$1" --by kind --json | python3 "$source/tests/svg.py" x.svg
	vmxctl kernel "$1" --svg - | cmp - x.svg
	vmxctl kernel "$1" --png x.png
	python3 "$source/tests/png.py" x.png
	vmxctl kernel "$1" --pdf x.pdf
	head -c 5 x.pdf | has %PDF
	[ "$(tail -n 1 x.pdf)" = '%%EOF' ]
}

json_parses() {
	local file=$captured/6.12-x86_64/vmallocinfo
	for options in '' --map --openmetrics '--by area' '--top 0' '--min 1T' '-o size' '--svg x.svg' \
		"--diff $file" '--sort nothing' '--by nothing' --nothing '--top x' '--svg -' \
		'--color=9' '--width 3' 'a b'; do
		# shellcheck disable=SC2086
		vmxctl kernel $file --json $options >json 2>stderr || :
		jq -e . json >/dev/null || { echo "$options: $(<json)"; return 1; }
	done
	exits 4 vmxctl kernel --json nothing
	jq -e '.error.code == 4 and (.error.message | contains("nothing"))' stdout
	exits 2 vmxctl kernel --json --nothing
	jq -e '.error.code == 2' stdout
	exits 1 vmxctl kernel --json --min 1T "$file"
	jq -e '.rows == []' stdout
	exits 1 vmxctl kernel --json --diff "$file" "$file"
	[ "$(<stdout)" = '[]' ]
	jq -e '.rows[0] | (.addr | type == "string") and (.size | type == "number") and .memory == null' \
		<(vmxctl kernel "$source/tests/words" --by area --sort kind --top 1 --json -o addr,size,memory,kind --min 256K)
}

selects_rows() {
	local file=$source/tests/words
	same "(vm_map_ram)" "$(vmxctl kernel "$file" --top 1 --json | jq -r '.rows[].caller')"
	same "262144 20480" "$(vmxctl kernel "$file" --by area --min 20K --sort -size --json | jq -r '[.rows[].size] | join(" ")')"
	same "vm_map_ram vmalloc" "$(vmxctl kernel "$file" --by kind --sort -largest,kind --top 2 --json | jq -r '[.rows[].kind] | join(" ")')"
	vmxctl kernel "$file" -o largest,caller | has '^LARGEST CALLER'
	exits 2 vmxctl kernel "$file" --sort weight
	has 'the columns are caller size' stderr
}

what_grew() {
	sed 's/pages=512 vmalloc N0=512/pages=1024 vmalloc N0=1024/; s/ 2101248 / 4198400 /; /n_tty_open/d' \
		"$captured/6.12-x86_64/vmallocinfo-hashed" >new
	echo '0x1-0x2 8192 newcomer+0x1/0x2 [leak] pages=1 vmalloc N0=1' >>new
	exits 0 vmxctl kernel --diff "$captured/6.12-x86_64/vmallocinfo-hashed" new --by caller --json
	same "$(join -t $'\t' -a 1 -a 2 -e 0 -o 0,1.2,2.2 \
		<(awk "$callers" "$captured/6.12-x86_64/vmallocinfo-hashed" | sort -t $'\t' -k 1,1) \
		<(awk "$callers" new | sort -t $'\t' -k 1,1) | awk -F '\t' '$2 != $3 { print $1, $3 - $2 }')" \
		"$(jq -r '.[] | "\(.caller) \(.growth)"' stdout | sort)"
	# The largest growth stands first.
	jq -e '.[0].growth == (map(.growth) | max)' stdout
}

hostile_files() {
	: >empty
	exits 1 vmxctl kernel empty
	has 'nothing in it' stderr
	head -c 100000 /bin/true >binary
	exits 1 vmxctl kernel binary
	has 'no line' stderr
	# A line of a megabyte, with a good one behind it.
	{ head -c 1000000 /dev/zero | tr '\0' x; echo; head -n 1 "$source/tests/words"; } >long
	exits 0 vmxctl kernel long --json
	jq -e '.areas == 1 and .bad_lines == 1' stdout
	head -c 150 "$source/tests/words" >"cut"
	exits 0 vmxctl kernel cut --json
	jq -e '.areas == 2 or .areas == 1' stdout
	for number in 99999999999999999999999 18446744073709551615 9223372036854775808; do
		echo "0x1000-0x2000 $number a+0x1/0x2 pages=1 vmalloc" >huge
		exits 1 vmxctl kernel huge
	done
	for ((i = 0; i < 300; i++)); do echo "0x1000-0x2000 144115188075855872 a pages=4294967295 vmalloc"; done >huge
	exits 0 vmxctl kernel huge --json
	jq -e . stdout
	printf '0x1000-0x2000 4096 \033[31mred\377 vmalloc\n' >control
	exits 0 vmxctl kernel control
	not has '[^ -~]' stdout
	exits 0 vmxctl kernel control --json
	jq -e . stdout
	printf '0x1000-0x2000 4096 a<&>"b\\ vmalloc\n' >escape
	vmxctl kernel escape --json | jq -e '.rows[0].caller == "a<&>\"b\\"'
	vmxctl kernel escape --svg - | python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.stdin)'
	vmxctl kernel escape --openmetrics | has '{caller="a<&>\\"b\\\\"}'
	exits 1 vmxctl kernel .
	# The name of a file is in the title of a picture.
	cp "$source/tests/words" $'a\e[31m\n\xff<'
	vmxctl kernel $'a\e[31m\n\xff<' --svg x.svg
	[ "$(python3 -c 'import xml.dom.minidom as x
print(x.parse("x.svg").getElementsByTagName("text")[0].firstChild.data)')" = 'a?[31m??<' ]
	vmxctl kernel $'a\e[31m\n\xff<' --png x.png
	python3 "$source/tests/png.py" x.png
}

metrics() {
	local file=$captured/7.3-x86_64/vmallocinfo
	vmxctl kernel "$file" --openmetrics >metrics
	[ "$(tail -n 1 metrics)" = '# EOF' ]
	same "$(totals_of "$file")" "$(awk '/^vmalloc_areas/ { n += $NF } /^vmalloc_address_bytes/ { size += $NF }
		/^vmalloc_memory_bytes/ { memory += $NF } END { printf "%d %.0f %.0f\n", n, size, memory }' metrics)"
	not grep -vE '^(# (TYPE|UNIT|HELP) vmalloc_[a-z_]+ .+|# EOF|vmalloc_[a-z_]+\{caller="[^"]*"\} [0-9]+)$' metrics
}

a_million_lines() {
	local seconds kilobytes
	python3 "$source/tests/million.py" >million
	for options in '' '--map' '--json' '--svg=million.svg' '--png=million.png'; do
		# The time of the process, not of a machine that others use, too.
		/usr/bin/time -o "times" -f '%U %S %M' vmxctl kernel million $options >/dev/null
		read -r user system kilobytes <"times"
		seconds=$(awk -v a="$user" -v b="$system" 'BEGIN { print a + b }')
		echo "$options: $seconds s, $kilobytes kB"
		awk -v s="$seconds" -v k="$kilobytes" 'BEGIN { exit !(s < 1 && k < 100 * 1024) }'
	done
	[ "$(stat -c %s million.svg)" -lt 2000000 ]
	[ "$(stat -c %s million.png)" -lt 2000000 ]
	vmxctl kernel million --by kind --json | python3 "$source/tests/svg.py" million.svg
	# The reader goes away: so does vmxctl, at once and without a word.
	code=0
	(set -o pipefail; timeout 10 vmxctl kernel million --by area 2>stderr | head -n 1 >/dev/null) || code=$?
	[ $code = 141 ]
	[ ! -s stderr ]
}

# Areas far apart: a map has a bound, and says what is not on it.
maps_have_a_bound() {
	python3 -c 'for i in range(5000):
	a = 0xffff000000000000 + (i << 33)
	print(f"0x{a:x}-0x{a + 8192:x} 8192 a+0x1/0x2 pages=1 vmalloc")' >far
	vmxctl kernel far --map --width 80 >map
	[ "$(wc -l <map)" -le 60 ]
	has '^left out: 4976 ' map
	vmxctl kernel far --map --rows 5 >map
	[ "$(wc -l <map)" -le 14 ]
	exits 1 vmxctl kernel far --svg far.svg
	[ ! -e far.svg ]
	vmxctl kernel "$captured/6.12-x86_64/vmallocinfo" --map | not has 'left out'
}

for file in "$captured"/*/vmallocinfo* "$source/tests/words"; do
	try "kernel: totals of ${file#"$source/tests/"}" totals_agree "$file"
done
for file in "$captured"/*/vmallocinfo "$source"/tests/{words,wide}; do
	name=${file#"$source/tests/"}
	try "kernel: holes of $name" holes_agree "$file"
	try "kernel: order of lines of $name" order_does_not_matter "$file"
	try "kernel: tables of $name" tables_fit "$file"
	try "kernel: maps of $name" maps_fit "$file"
	try "kernel: pictures of $name" pictures_add_up "$file"
done
try "kernel: colours on a terminal" terminal_colours "$source/tests/words"
try "kernel: kinds and modules" kinds_are_known
try "kernel: hidden addresses" hidden_addresses
try "kernel: --top, --min, --sort, -o" selects_rows
try "kernel: --diff" what_grew
try "kernel: --openmetrics" metrics
try "kernel: --json always parses" json_parses
try "kernel: hostile files" hostile_files
try "kernel: a million lines" a_million_lines
try "kernel: a map has a bound" maps_have_a_bound

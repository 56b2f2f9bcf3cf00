# SPDX-License-Identifier: GPL-2.0
# many.sh: very many areas: what they cost; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# A folder plays debugfs, with N areas.
plays_debugfs() {
	cc -shared -fPIC -o mounts.so "$source/tests/mounts.c"
	mkdir -p vmx
	echo "none $PWD debugfs rw 0 0" >mounts
	python3 "$source/tests/areas.py" "$1" >many
	for file in areas gaps stats; do text many $file >vmx/$file; done
	played=(env "LD_PRELOAD=$PWD/mounts.so" "MOUNTS=$PWD/mounts")
}

# Of many areas, the map is the file map. To show that no area is read, there are none.
map_of_many() {
	local start=0xffffc90000000000
	plays_debugfs 0
	printf 'version 0.1.0\nareas 10001\nslice_bytes %d\n' $((2000 * 131072 - 65536)) >vmx/stats
	python3 "$source/tests/marks.py" make 2000 128 $start >vmx/map
	rm vmx/areas vmx/gaps
	for cells in '300 1 128K' '80 2 256K' '40 8 1.0M'; do
		read -r width times cell <<<"$cells"
		exits 0 "${played[@]}" vmxctl map --ascii --color never --rows 30 --width "$width"
		same "$(python3 "$source/tests/marks.py" show "$times" <vmx/map)" "$(sed -n 's/^0x[0-9a-f]* //p' stdout | tr -d '\n')"
		has "^a character is $cell," stdout
	done
	# No cell is smaller than those of the file.
	exits 0 "${played[@]}" vmxctl map --ascii --color never --rows 300 --width 300
	has '^a character is 128K,' stdout
	# What needs the areas reads them.
	for options in '--by size' --json '--range 0-0x1000' '--svg x.svg'; do
		# shellcheck disable=SC2086 # words
		exits 4 "${played[@]}" vmxctl map $options
	done
	# One area less, and they are read.
	sed -i s/10001/10000/ vmx/stats
	exits 4 "${played[@]}" vmxctl map
	sed -i s/10000/10001/ vmx/stats
	for line in nothing '# vmx map 1: a character is 0 KiB' '# vmx map 1: a character is 3 KiB' \
		'# vmx map 1: a character is 99999999999999999999 KiB' '# vmx map 2: a character is 4 KiB'; do
		echo "$line" >vmx/map
		exits 1 "${played[@]}" vmxctl map
	done
}

# instructions COMMAND...: what it takes, all of it.
instructions() {
	"${played[@]}" valgrind --tool=callgrind --callgrind-out-file=/dev/null vmxctl "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

# each COMMAND...: instructions for each area more.
each() {
	local few many
	few=$(head -n 2001 all >vmx/areas; instructions "$@")
	many=$(cp all vmx/areas; instructions "$@")
	echo $(((many - few) / 18000))
}

# The tool's part: the kernel has its own. Compilers differ by a few in a hundred.
an_area_costs() {
	local cost
	plays_debugfs 20000
	mv vmx/areas all
	cost=$(each list)
	echo "an area of another task than the last: $cost"
	[ "$cost" -gt 500 ]
	[ "$cost" -le "$1" ]
	sed -i 's/ pid=[0-9]*/ pid=7/' all
	cost=$(each list)
	echo "an area like the last: $cost"
	[ "$cost" -gt 500 ]
	[ "$cost" -le "$2" ]
}

# top reads the table in parts, and goes on with the rest meanwhile.
top_of_many() {
	plays_debugfs 30000
	printf 'areas 30000\narea_bytes 245760000\nslice_bytes %d\n' $((30000 * 12288)) >>vmx/stats
	python3 "$source/tests/marks.py" make 703 512 0xffffc90000000000 >vmx/map
	cp vmx/areas all
	sed 2d all >without
	: >vmx/free
	# shellcheck disable=SC2034 # top reads it
	local runner=("${played[@]}")
	top 40x140 'wait:the table:' screen keys:j selected:2 "run:mv without vmx/areas" 'keys:\x1b[1~' selected:2 \
		run:"sed -i 's/^areas .*/areas 29999/' vmx/stats" wait:29999 keys:c wait:guard \
		keys:f 'wait:free area 2,' keys:y wait:freed selected:3 keys:q
	ended 'exit 0' '$'
	same 2 "$(<vmx/free)"
	has '^vmx 0.1.0  a reading: .* areas: 30000, 234M .*  the table: 0 s ago' screens
	has '^ *1 0xffffc90000000000 ' screens
	same "$(python3 "$source/tests/marks.py" show 1 <vmx/map | cut -c 1-120)" "$(sed -n 's/^0x[0-9a-f]* *//p' screens | head -n 1 | sed 's/·/./g')"
}

try "many: map" map_of_many
try "many: what an area costs list" an_area_costs 4200 2600
try "many: top" top_of_many

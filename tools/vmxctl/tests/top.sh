# SPDX-License-Identifier: GPL-2.0
# top.sh: vmxctl top: its screen, and what keys do; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The ids of the table's rows on a screen.
ids() { awk '/^ *ID /{ rows = 1; next } rows && /^ *[0-9]+ / { print $1 }' screens; }

top_shows() {
	# The table is that of list, and the map that of map.
	top 40x120 wait:ADDRESS screen keys:q -- --from "$1"
	ended 'exit 0' '$'
	vmxctl list --from "$1" --width 120 >expected
	same "$(<expected)" "$(grep -A "$(($(wc -l <expected) - 1))" '^ *ID ' screens)"
	vmxctl map --from "$1" --width 120 --rows 10 | grep '^0x' >expected
	same "$(<expected)" "$(grep '^0x' screens | sed 's/  *$//; s/^\(0x[0-9a-f]*\)   */\1 /')"
	has "^vmx 0.1.0  a reading: .*  areas: $(vmxctl list --from "$1" --json | jq length)," screens
	# Sorted: the columns are chosen with the arrow keys; twice is the other way.
	top 40x120 wait:ADDRESS 'keys:\x1b[17~' 'wait:sort by:' 'keys:\x1bOC' 'keys:\r' 'gone:sort by:' screen keys:q -- --from "$1"
	same "$(vmxctl list --from "$1" --sort -size --json | jq '.[].id')" "$(ids)"
	top 40x120 wait:ADDRESS keys:s 'wait:sort by:' 'keys:\x1bOC\r' 'gone:sort by:' keys:s 'wait:sort by:' 'keys:\r' 'gone:sort by:' \
		screen keys:q -- --from "$1"
	same "$(vmxctl list --from "$1" --sort size --json | jq '.[].id')" "$(ids)"
	# A filter leaves those with the text; Escape changes nothing.
	jq '.files.areas |= sub("comm=[a-z]*"; "comm=elder")' "$1" >named
	top 40x120 wait:ADDRESS 'keys:\\elde\r' 'wait:|  elde' screen keys:q -- --from named
	same 1 "$(ids | wc -l)"
	top 40x120 wait:ADDRESS 'keys:\x1bOSeldex\x7fr\r' 'wait:|  elder' screen keys:q -- --from named
	same 1 "$(ids | wc -l)"
	top 40x120 wait:ADDRESS 'keys:\\nothing\r' 'wait:|  nothing' screen 'keys:\r\x1bOBfn/x\r' keys:q -- --from "$1"
	ended 'exit 0' '$'
	same 0 "$(ids | wc -l)"
	top 40x120 wait:ADDRESS 'keys:/nowhere\r' 'wait:not found' keys:q -- --from "$1"
	# An id comes before a text that has its digits.
	id=$(vmxctl list --from "$1" --json | jq '.[-1].id')
	jq --arg id "$id" '.files.areas |= gsub("comm=[a-z]*"; "comm=a" + $id + "b")' "$1" >named
	top 60x120 wait:ADDRESS "keys:/$id\\r" "selected:$id" keys:q -- --from named
	# Help, and what a snapshot cannot do.
	top 30x80 wait:ADDRESS keys:? wait:F10 'keys:q' gone:F10 wait:ADDRESS keys:f 'wait:cannot be changed' keys:q -- --from "$1"
	ended 'exit 0' '$'
	exits 2 vmxctl top --from -
	exits 2 vmxctl top --interval 0
	exits 2 vmxctl top --json --from "$1"
	jq -e '.error.code == 2' stdout
	exits 1 vmxctl top --from "$1"
	has 'needs a terminal' stderr
	for term in dumb nothing; do
		TERM=$term script -qec "vmxctl top --from $1" /dev/null </dev/null >said || :
		has 'cannot be drawn on' said
	done
}

# Enter: the files area and walk of that area.
top_opens() {
	local id line
	for id in $(jq -r '.files.walk | keys[]' "$1"); do
		top 60x160 wait:ADDRESS "keys:/$id\\r" 'keys:\r' 'wait:descriptor' screen keys:q wait:ADDRESS keys:q -- --from "$1"
		ended 'exit 0' '$'
		vmxctl area "$id" --from "$1" >expected
		{ vmxctl walk "$id" --from "$1" | sed -n 's/.* entry \(0x[0-9a-f]*\).*/\1/p'; } >>expected
		while read -r line; do
			has -F -- "$line" screens || { echo "no $line"; cat screens; return 1; }
		done <expected
	done
	# A page that is higher than the screen is scrolled.
	top 10x80 wait:ADDRESS "keys:/$id\\r" 'keys:\r' wait:descriptor 'keys:\x1b[4~' 'wait:frame 0x' keys:q keys:q -- --from "$1"
	top 30x120 wait:ADDRESS "keys:/$id\\r" 'keys:\r' wait:descriptor 'gone:F1?' keys:q keys:q -- --from "$1"
}

# What happens while it runs.
top_lives() {
	local signal size
	counted() { jq --argjson n "$2" '.files.stats |= sub("\nallocs [0-9]*"; "\nallocs \($n)")' "$1"; }
	counted "$1" 100 >now
	counted "$1" 350 >later
	top 30x80 wait:ADDRESS 'run:mv later now' 'wait:█' screen keys:q -- --from now --interval 5
	ended 'exit 0' '$'
	has '^alloc  *[1-9][0-9]*/s .*█' screens
	has '^free  *0.0/s *$' screens
	LC_ALL=C top 30x80 wait:ADDRESS screen keys:q -- --from now
	not has '[^ -~]' screens
	# The areas change, the selected one stays selected.
	cp "$1" now
	jq '.files.areas |= (split("\n") | .[0:1] + .[3:] | join("\n"))' "$1" >later
	id=$(vmxctl list --from later --json | jq '.[1].id')
	top 50x120 wait:ADDRESS 'keys:jjj' "selected:$id" 'run:mv later now' \
		"wait:areas: $(vmxctl list --from later --json | jq length)," "selected:$id" keys:s 'wait:sort by:' 'keys:\r' 'gone:sort by:' \
		'keys:\x1b[1~' screen keys:q -- --from now
	same "$(vmxctl list --from now --json | jq '.[].id' | sort)" "$(ids | sort)"
	# Any size, while it runs.
	steps=()
	for size in 10x40 3x20 2x10 1x1 1x200 200x1 60x200 24x80; do steps+=("size:$size" 'keys:jk'); done
	top 24x80 wait:ADDRESS "${steps[@]}" wait:ADDRESS screen keys:q -- --from "$1"
	ended 'exit 0' '$'
	for size in 10x40 20x80 60x200; do
		top $size wait:vmx screen keys:q -- --from "$1"
		[ "$(head -n -3 screens | widest)" -le "${size#*x}" ]
	done
	# Its source goes away: a sentence, behind the screen.
	cp "$1" now
	top 24x80 wait:ADDRESS 'run:rm now' -- --from now --interval 0.2
	ended 'exit 4' 'vmxctl: now: No such file'
	for signal in SIGTERM SIGHUP SIGINT SIGQUIT; do
		top 24x80 wait:ADDRESS signal:$signal -- --from "$1"
		ended "signal $signal" '$'
		top 24x80 wait:ADDRESS 'keys:/abc' signal:$signal -- --from "$1"
		ended "signal $signal" '$'
	done
	top 24x80 wait:ADDRESS 'keys:\x03' -- --from "$1"
	ended 'signal SIGINT' '$'
	# Keys that come all the time keep no signal out.
	top 24x80 wait:ADDRESS flood:SIGTERM -- --from "$1"
	ended 'signal SIGTERM' '$'
	# Colours: those of the map, and none if NO_COLOR says so.
	top 30x80 wait:ADDRESS colours keys:q -- --from "$1"
	[ "$(grep -c '[0-9a-f]\{6\}' screens)" -gt 2 ]
	NO_COLOR=1 top 30x80 wait:ADDRESS screen colours keys:q -- --from "$1"
	has '^0x' screens
	head -n -3 screens | tail -n 30 >grounds
	has default grounds
	not has '[0-9a-f]\{6\}' grounds
	# It waits longer when a reading takes a tenth of the interval.
	python3 "$source/tests/areas.py" 100000 >many
	top 30x100 'wait:(slowed)' screen keys:q -- --from many --interval 0.1
	ended 'exit 0' '$'
	awk 'match($0, /reading: [0-9.]+ ms every [0-9.]+ s/) {
		split(substr($0, RSTART, RLENGTH), word, " "); exit word[5] < word[2] / 100 - 0.06 || word[5] > word[2] / 100 + 0.06 }' screens
}

# f frees the area that it asks about, or none. A folder plays debugfs.
top_frees() {
	local first second
	cc -shared -fPIC -o mounts.so "$source/tests/mounts.c"
	echo "none $PWD debugfs rw 0 0" >mounts
	# shellcheck disable=SC2034 # top reads it
	local runner=(env "LD_PRELOAD=$PWD/mounts.so" "MOUNTS=$PWD/mounts")
	mkdir vmx
	for file in gaps stats; do text "$1" $file >vmx/$file; done
	text "$1" areas >all
	read -r first second < <(vmxctl list --from "$1" --json | jq -r '"\(.[0].id) \(.[1].id)"')
	fresh() {
		cp all vmx/areas
		sed 2d all >without
		head -n 1 all >none
		: >vmx/free
	}
	fresh
	top 24x100 wait:ADDRESS keys:f "wait:free area $first," keys:y wait:freed keys:q
	ended 'exit 0' '$'
	same "$first" "$(<vmx/free)"
	fresh
	top 24x100 wait:ADDRESS keys:f "wait:free area $first," keys:n gone:y/n keys:q
	same '' "$(<vmx/free)"
	# It goes before the answer.
	for left in without none; do
		fresh
		top 24x100 wait:ADDRESS keys:f "wait:free area $first," "run:mv $left vmx/areas" "wait:area $first is gone" keys:y keys:q
		ended 'exit 0' '$'
		same '' "$(<vmx/free)"
	done
	# Another one goes.
	fresh
	top 24x100 wait:ADDRESS keys:j keys:f "wait:free area $second," 'run:mv without vmx/areas' \
		"wait:areas: $(($(grep -c ^0x all) - 1))," keys:y wait:freed keys:q
	same "$second" "$(<vmx/free)"
}

# Chinese, whose characters are two columns wide.
top_speaks_chinese() {
	make -s -j"$(nproc)" -C "$source" O="$out/zh" PREFIX="$PWD/root" install
	export LANGUAGE=zh_CN PATH=$PWD/root/bin:$PATH
	top 30x80 wait:内存区 screen keys:q -- --from "$1"
	ended 'exit 0' '$'
	has '^内存区\|^分 *配' screens
	[ "$(head -n -3 screens | widest)" -le 80 ]
}

rates_are_right() {
	cc -Wall -Werror -I "$source" -o rates "$source/tests/rates.c" "$source/rates.c"
	./rates
}

for file in "$source"/tests/snapshots/*; do
	try "top: the screen of ${file#"$source/tests/"}" top_shows "$file"
done
try "top: opens an area" top_opens "$captured/6.12-x86_64/snapshot.json"
try "top: changes, sizes, signals" top_lives "$source/tests/snapshots/6.12.json"
try "top: f" top_frees "$source/tests/snapshots/6.12.json"
try "top: Chinese" top_speaks_chinese "$source/tests/snapshots/6.12.json"
try "top: rates" rates_are_right

# SPDX-License-Identifier: GPL-2.0
# list.sh: vmxctl list: the areas of a snapshot; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# What awk reads from the text of areas.
list_agrees() {
	text "$1" areas | awk '!/^#/ {
		split($1, range, "-"); comm = pages = ""; zero = "false"
		for (i = 3; i <= NF; i++) {
			if ($i == "zero") zero = "true"
			if (split($i, pair, "=") == 2) value[pair[1]] = pair[2]
		}
		print value["id"], range[1], $2, value["req"], value["pages"], value["pid"], value["comm"], zero
	}' >expected
	vmxctl list --from "$1" --json |
		jq -r '.[] | "\(.id) \(.addr) \(.size) \(.requested) \(.pages) \(.pid) \(.comm) \(.zero)"' >got
	[ -s expected ]
	same "$(<expected)" "$(<got)"
	vmxctl list --from "$1" --json --by comm >sums
	same "$(awk '{ n++; size += $3; pages += $5 } END { print n, size, pages }' expected)" \
		"$(jq -r '"\(map(.areas) | add) \(map(.size) | add) \(map(.pages) | add)"' sums)"
	# None of the captured areas is code.
	jq '.files.areas |= sub(" id=3 "; " id=3 rox ")' "$1" >turned
	same 3 "$(vmxctl list --from turned --json | jq '.[] | select(.rox).id')"
}

# The table has what JSON has, whatever its neighbours are, and in Chinese, too.
list_is_a_table() {
	local columns=id,addr,size,requested,pages,comm,pid,leaves,zero,cached,freed,user,rox
	# Neighbours that differ, and some that do not; flags come and go.
	jq '.files.areas |= (split("\n") | to_entries | map(.key as $n | .value |
		if $n > 0 and $n % 3 == 0 then sub(" req="; " zero cached req=") | sub("comm=[^ ]*"; "comm=long-name-\($n)") | sub(" pid=[0-9]*"; " pid=\($n * 7777)")
		else . end) | join("\n"))' "$1" >turned
	vmxctl list --from turned --json | jq -r --arg columns $columns '.[] | [.[$columns | split(",")[]]] |
		map(if . == true then "yes" elif . == false then "-" else tostring | sub("^0x0*"; "0x") end) | join(" ")' >expected
	vmxctl list --from turned --bytes --width 0 -o $columns >table
	same "$(<expected)" "$(sed '1d; s/  */ /g; s/^ //' table)"
	# Columns end below their heads.
	same 1 "$(while IFS= read -r line; do wc -L <<<"$line"; done <table | sort -u | wc -l)"
	make -s -j"$(nproc)" -C "$source" O="$out/zh" PREFIX="$PWD/root" install
	LANGUAGE=zh_CN root/bin/vmxctl list --from turned --bytes --width 0 -o $columns >table
	same "$(<expected)" "$(sed '1d; s/  */ /g; s/^ //; s/是/yes/g' table)"
	same 1 "$(while IFS= read -r line; do wc -L <<<"$line"; done <table | sort -u | wc -l)"
}

finds_an_address() {
	read -r id addr size < <(vmxctl list --from "$1" --json | jq -r '.[5] | "\(.id) \(.addr) \(.size)"')
	for offset in 0 1 $((size - 1)); do
		exits 0 vmxctl list --from "$1" "$(printf 0x%x $((addr + offset)))" --json
		jq -e "length == 1 and .[0].id == $id" stdout
	done
	exits 0 vmxctl list --from "$1" "$addr" -A 1 -B 2 --json
	same "$(vmxctl list --from "$1" --json | jq -c '.[3:7]')" "$(jq -c . stdout)"
	exits 1 vmxctl list --from "$1" 0x1000
	exits 2 vmxctl list --from "$1" here
	exits 0 vmxctl list --from "$1" --caller make_area --min 2M --sort -size --json
	jq -e 'length > 0 and all(.[]; .size >= 2097152)' stdout
}

# sleeps PID: wait until this vmxctl has read and waits.
sleeps() {
	for ((i = 0; i < 600; i++)); do
		[[ $(ps -o comm=,stat= -p "$1") != vmxctl*\ S* ]] || return 0
		sleep 0.1
	done
	echo "it does not sleep"
	return 1
}

# What changes, and what was there before: the snapshot is replaced while it runs.
list_goes_on() {
	local pid
	jq '.files.areas |= (split("\n") | .[0:2] + .[3:5] + [.[5] | sub(" id="; " cached id=")] + [.[6] | sub(" id="; " rox id=")] + .[7:] +
		[(.[-2] | sub(" id=[0-9]*"; " id=999"))] - [""] | join("\n") + "\n") | .time += 5' "$1" >later
	# The new one lies on the last one, so make room.
	jq '.files.areas |= (split("\n") | .[0:-3] + [.[-2]] | join("\n") + "\n")' later >last
	cp "$1" now
	exits 0 vmxctl list --from "$1" --json
	mv stdout first
	exits 0 vmxctl list --from last --json
	mv stdout second
	vmxctl list --from now --watch --interval 0.2 --json >changes &
	pid=$!
	vmxctl list --from now --watch --interval 0.2 --min 1M --width 100 >table &
	pid+=" $!"
	for reader in $pid; do sleeps "$reader"; done
	cp last later
	mv later now
	for ((i = 0; i < 500; i++)); do
		[ ! -s changes ] || [ ! -s table ] || break
		sleep 0.2
	done
	# shellcheck disable=SC2086 # two of them
	kill $pid
	jq -c '[.change, .id]' changes | sort >got
	same "$(jq -rn --slurpfile a first --slurpfile b second '($a[0] | INDEX(.id)) as $a | ($b[0] | INDEX(.id)) as $b |
		($a | keys[] | select($b[.] == null) | ["removed", tonumber]),
		($b | keys[] | select($a[.] == null) | ["added", tonumber]),
		($b | keys[] | select($a[.] != null and $a[.] != $b[.]) | ["changed", tonumber]) | tojson' | sort)" "$(<got)"
	[ "$(wc -l <got)" -ge 3 ]
	jq -e '(.time | test("^[0-9]{4}-..-..T..:..:..[+-]....$")) and (.addr | type == "string")' changes
	same "$(jq -s 'map(select(.size >= 1048576)) | length' changes)" "$(grep -cE '^..:..:.. (added|removed|changed) ' table)"
	[ "$(widest <table)" -le 100 ]
	# As old as that: what has an id that was there before.
	cp "$1" now
	jq '.time += 9 | .files.areas |= (split("\n") | .[0:-2] + [(.[-2] | sub(" id=[0-9]*"; " id=999"))] | join("\n") + "\n")' "$1" >later
	vmxctl list --from now --older 6s --json >stdout &
	pid=$!
	sleeps $pid
	mv later now
	wait $pid
	same "$(vmxctl list --from now --json | jq -c 'map(select(.id != 999))')" "$(jq -c . stdout)"
	# A module that was loaded anew gives ids from 1 on.
	jq '.time += 18 | .files.stats |= sub("\nallocs [0-9]*"; "\nallocs 1")' "$1" >later
	vmxctl list --from now --older 6s --json >stdout 2>stderr &
	pid=$!
	sleeps $pid
	mv later now
	code=0
	wait $pid || code=$?
	[ $code = 1 ]
	has 'loaded anew' stderr
	exits 1 vmxctl list --from now --older 0.2s --json
	jq -e '.error.message | contains("no later snapshot")' stdout
	for options in '--older x' '--older 0' '--older -1' '--older 5y' '--watch --by comm' '--watch --older 1s' \
		'--watch 0x5' '--watch --interval 0' '--watch --sort nothing' '--watch --from -'; do
		# shellcheck disable=SC2086 # words
		exits 2 timeout 60 vmxctl list --from now $options
	done
	# Its source goes, its reader goes.
	rm now
	exits 4 vmxctl list --from now --watch
	code=0
	(set -o pipefail; timeout 60 vmxctl list --from "$1" --watch 2>stderr | true) || code=$?
	[ $code = 141 ]
	# shellcheck disable=SC2016 # Python
	exits 13 timeout 60 python3 -c 'import socket, subprocess, sys
a, b = socket.socketpair()
b.close()
sys.exit(-subprocess.run(sys.argv[1:], stdout=a).returncode)' vmxctl list --from "$1" --watch
	code=0
	timeout 60 vmxctl list --from "$1" --watch 2>stderr >&- || code=$?
	[ $code = 1 ]
	# There is no room for what it has to say.
	cp "$1" now
	vmxctl list --from now --watch --interval 0.2 >/dev/full 2>stderr &
	pid=$!
	sleeps $pid
	mv last now
	code=0
	timeout 60 tail -f --pid=$pid /dev/null || kill $pid
	wait $pid || code=$?
	[ $code = 1 ]
	has 'No space left' stderr
	# A job of a script would not take the signal.
	env --default-signal=INT vmxctl list --from "$1" --watch --json >changes &
	pid=$!
	sleeps $pid
	kill -INT $pid
	code=0
	wait $pid || code=$?
	[ $code = 130 ]
}

for file in "$source"/tests/snapshots/*; do
	name=${file#"$source/tests/"}
	try "list: $name" list_agrees "$file"
	try "list: the table of $name" list_is_a_table "$file"
	try "list: an address in $name" finds_an_address "$file"
	try "list: --older and --watch of $name" list_goes_on "$file"
done

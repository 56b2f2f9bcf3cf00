#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# vmxctl.sh - each command of vmxctl shows what the files of the module say: its JSON
# is compared with their text. A failure has its exit code.

cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh
vmx_start_tool 15 snapshot load

# fields KEY...: print these members of the JSON on stdin, an object of a list in each line
fields()
{
	awk -v keys="$*" 'index($0, "{\"") {
		n = split(keys, key, " ")
		for (i = 1; i <= n; i++) {
			value = "?"
			if (match($0, "\"" key[i] "\":(\"[^\"]*\"|[^]\",}]*)"))
				value = substr($0, RSTART + length(key[i]) + 3,
					       RLENGTH - length(key[i]) - 3)
			gsub(/"/, "", value)
			printf "%s%s", value, i < n ? " " : "\n"
		}
	}'
}

# same: are the files expected and got the same, and is there something in them?
same()
{
	[ -s "$work/expected" ] && cmp -s "$work/expected" "$work/got" && return
	diff "$work/expected" "$work/got" | head -n 20 | sed 's/^/# /'
	return 1
}

# ends CODE COMMAND...: vmxctl must end so, and its error be the same in JSON
ends()
{
	wanted=$1
	shift
	vmxctl "$@" --json > "$work/stdout" 2> "$work/stderr"
	code=$?
	[ $code = "$wanted" ] || { echo "# vmxctl $*: exit code $code, not $wanted"; return 1; }
	[ ! -s "$work/stderr" ] || [ "$(fields code < "$work/stdout" | tail -n 1)" = $code ]
}

loads()
{
	ends 4 list && ends 4 unload && ends 2 load --file "$VMX_KO" slice=x &&
		ends 0 load --file "$VMX_KO" slice=16M magazines=0 && [ -e "$VMX/areas" ] &&
		ends 1 load --file "$VMX_KO" && grep -q 'loaded already' "$work/stderr"
}

allocates()
{
	ends 1 list && vmxctl alloc 64K 12345 count=3 2M --json > "$work/json" || return 1
	fields id addr size < "$work/json" > "$work/got"
	sed -n 's/^\(0x[0-9a-f]*\)-.* id=\([0-9]*\) req=\([0-9]*\).*/\2 \1 \3/p' "$VMX/areas" \
		> "$work/expected"
	same && [ "$(wc -l < "$work/got")" = 5 ] && ends 2 alloc 8K align=3 &&
		grep -q ' \^$' "$work/stderr" && ends 1 alloc 1G && ends 2 alloc
}

lists()
{
	vmxctl list --json | fields id addr size requested pages pid comm caller > "$work/got"
	sed -n 's/^\(0x[^-]*\)-[^ ]* *\([0-9]*\) \(.*\) pages=\([0-9]*\) .* id=\([0-9]*\) req=\([0-9]*\).* pid=\([0-9]*\) comm=\(.*\)/\5 \1 \2 \6 \4 \7 \8 \3/p' \
		"$VMX/areas" > "$work/expected"
	same && [ "$(vmxctl list --by comm --json | fields areas)" = 5 ]
}

shows_gaps()
{
	vmxctl gaps --json | fields addr end size > "$work/got"
	sed -n 's/^\(0x[^-]*\)-\([^ ]*\) *\([0-9]*\)$/\1 \2 \3/p' "$VMX/gaps" > "$work/expected"
	same
}

# An area and the guard behind it are two spans.
draws_a_map()
{
	vmxctl map --json | fields what addr size | sed -n 's/^area //p' > "$work/got"
	sed -n 's/^\(0x[^-]*\)-.* pages=\([0-9]*\) .*/\1 \2/p' "$VMX/areas" |
		while read -r addr pages; do echo "$addr $((pages * 4096))"; done > "$work/expected"
	same && vmxctl map --width 60 | grep -q '^0x'
}

counts()
{
	vmxctl stats --json | tr -d '{}"' | tr ',' '\n' | sed -n '/^version/d; s/:/ /p' > "$work/got"
	grep -v '^version' "$VMX/stats" > "$work/expected"
	same
}

first_id()
{
	sed -n 's/.* id=\([0-9]*\) req=65536 .*/\1/p' "$VMX/areas"
}

opens_an_area()
{
	id=$(first_id)
	# The member next has an address, too.
	vmxctl area "$id" --json | sed 's/"next":{[^}]*},//' > "$work/json"
	fields id descriptor requested addr size nr_pages phys_addr caller < "$work/json" > "$work/got"
	exec 3<> "$VMX/area"
	echo "$id" >&3
	awk '/^# vmx area/ { sub(/id=/, "", $5); sub(/.*=/, "", $6); sub(/.*=/, "", $7)
			     line = $5 " " $6 " " $7 }
	     $1 ~ /^(addr|size|nr_pages|phys_addr)$/ { line = line " " $2 }
	     $1 == "caller" { print line, $2, $3 }' <&3 > "$work/expected"
	exec 3>&-
	same && vmxctl area "$id" | grep -q '^entries ' && ends 4 area 999
}

walks()
{
	vmxctl walk 0x0 --json | sed 's/{"level"/\n&/g' | grep '^{"level"' |
		fields level table index entry > "$work/got"
	exec 3<> "$VMX/walk"
	echo 0x0 >&3
	awk '/^p.. *table/ { print $1, $3, $5, $7 }' <&3 > "$work/expected"
	exec 3>&-
	same && [ "$(wc -l < "$work/got")" -ge 3 ] && ends 2 walk nothing
}

explains()
{
	vmxctl explain 20K --json > "$work/json" || return 1
	sed 's/.*"made":\[//; s/\].*//' "$work/json" | fields id addr size > "$work/got"
	sed -n 's/^\(0x[^-]*\)-.* id=\([0-9]*\) req=20480 .*/\2 \1 20480/p' "$VMX/areas" \
		> "$work/expected"
	same && [ "$(grep -o '"number":' "$work/json" | wc -l)" -ge 5 ] &&
		vmxctl explain 4K | grep -q '^ 1\. ' && ends 1 explain 15M &&
		grep -q '"refused":"ENOSPC"' "$work/stdout"
}

# The file's columns have blanks in them: compare addresses, levels and frames.
shows_entries()
{
	slice=$(sed -n 's/.*slice=//p' "$VMX/gaps")
	vmxctl pgtables "$slice" --json > "$work/json" || return 1
	fields addr end level id < "$work/json" | sed 's/null/-/' > "$work/got"
	awk -v slice="$slice" 'BEGIN { split(slice, s, "-") }
		/frames=/ { split($1, range, "-")
			if (range[1] < s[1] || range[1] >= s[2])
				next
			match($0, / p[gu4mt][de] /)
			id = "-"
			for (i = 1; i <= NF; i++)
				if ($i ~ /^id=/)
					id = substr($i, 4)
			print range[1], range[2], substr($0, RSTART + 1, 3), id }' "$VMX/pgtables" > "$work/expected"
	same || return 1
	if grep 'frames=' "$VMX/pgtables" | grep ' RW ' | grep -qv ' NX '; then
		ends 1 pgtables --wx
	else
		ends 0 pgtables --wx
	fi
}

reads_a_snapshot()
{
	vmxctl snapshot "$work/snapshot" || return 1
	# Outside the slice, entries come and go.
	for command in list gaps map stats "pgtables $slice" "area $(first_id)"; do
		# shellcheck disable=SC2086 # it is a command with its argument
		vmxctl $command --json > "$work/expected"
		# shellcheck disable=SC2086
		vmxctl $command --json --from "$work/snapshot" > "$work/got"
		same || { echo "# $command"; return 1; }
	done
	ends 4 list --from "$work/nothing" && ends 1 list --from "$VMX_KO"
}

frees()
{
	addr=$(sed -n 's/^\(0x[^-]*\)-.* req=65536 .*/\1/p' "$VMX/areas")
	ends 0 free "$addr" && ! grep -q "^$addr-" "$VMX/areas" && ends 4 free "$addr" &&
		insmod "$VMX_USER" && addr=$(sed -n 's/^\(0x[^-]*\)-.* comm=insmod.*/\1/p' "$VMX/areas") &&
		ends 3 free "$addr" && rmmod vmx_user && ends 0 free all &&
		! grep -q '^0x' "$VMX/areas"
}

# What a stock guest lacks, its kernel's headers for example, is no failure of this test.
finds()
{
	vmxctl doctor --json > "$work/json"
	[ $? -le 1 ] && [ "$(fields what good < "$work/json" | grep '^module')" = "module true" ] &&
		grep '"what":"module"' "$work/json" |
		grep -q "vmx $(sed -n 's/^version //p' "$VMX/stats") "
}

unloads()
{
	exec 3< "$VMX/map"
	ends 1 unload && grep -q "$VMX/map" "$work/stderr" && [ -e "$VMX" ]
	code=$?
	exec 3<&-
	[ $code = 0 ] && ends 0 unload && [ ! -e "$VMX" ]
}

# A map of many areas is the file map: the file areas, of more than a megabyte, is not read.
maps_many()
{
	ends 0 load --file "$VMX_KO" slice=128M && vmxctl alloc 4K count=10500 > "$work/made" ||
		return 1
	sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p' "$work/made" | head -n 400 |
		xargs -n 400 vmxctl free || return 1
	# The bytes that a shell has read are its children's, too.
	sh -c 'vmxctl map --ascii --color never --width 300 --rows 40 > "$1"
	       [ ! -e /proc/$$/io ] || sed -n "s/^rchar: //p" /proc/$$/io' sh "$work/map" > "$work/read"
	sed -n 's/^0x[0-9a-f]* //p' "$VMX/map" | tr -d '\n' > "$work/expected"
	sed -n 's/^0x[0-9a-f]* //p' "$work/map" | tr -d '\n' > "$work/got"
	read -r read < "$work/read" || echo "# this kernel does not count what a task reads"
	same && grep -q Q "$work/got" && [ "${read:-0}" -lt 100000 ] || return 1
	sed -n 's/^\(0x[^-]*\)-.* id=\([0-9]*\) .*/\2 \1/p' "$VMX/areas" > "$work/expected"
	vmxctl list -o id,addr --width 0 | sed '1d; s/^ *//; s/0x0*/0x/; s/  */ /' > "$work/got"
	same && ends 0 free all && ends 0 unload
}

vmx_test load loads
vmx_test alloc allocates
vmx_test list lists
vmx_test gaps shows_gaps
vmx_test map draws_a_map
vmx_test stats counts
vmx_test area opens_an_area
vmx_test walk walks
vmx_test explain explains
vmx_test pgtables shows_entries
vmx_test "snapshot, and what reads it" reads_a_snapshot
vmx_test free frees
vmx_test doctor finds
vmx_test unload unloads
vmx_test "a map of many areas" maps_many
rm -rf "$work"
ktap_finished

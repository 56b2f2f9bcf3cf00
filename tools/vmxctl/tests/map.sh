# SPDX-License-Identifier: GPL-2.0
# map.sh: vmxctl map: the slice of a snapshot, as spans and as a picture; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The spans fill the slice, and add up to what stats says.
map_agrees() {
	vmxctl map --from "$1" --json >spans
	vmxctl stats --from "$1" --json >counters
	jq -e --slurpfile stats counters '
		$stats[0] as $s | (map({(.what): .size}) | map(to_entries[]) | group_by(.key) |
			map({(.[0].key): (map(.value) | add)}) | add) as $sum |
		($sum.quarantined // 0) == $s.quarantined_bytes + ($s.parked_bytes // 0) and
		$sum.guard == $s.guard_bytes and
		([$sum[]] | add) + $s.hole_bytes == $s.slice_bytes' spans
	vmxctl map --from "$1" --svg slice.svg
	jq '{rows: (group_by(.what) | map({kind: .[0].what, size: (map(.size) | add)}))}' spans |
		python3 "$source/tests/svg.py" slice.svg
	vmxctl map --from "$1" --png slice.png
	python3 "$source/tests/png.py" slice.png
	for width in 40 80 200; do
		for command in 'list' 'list --by caller' gaps stats map; do
			# shellcheck disable=SC2086
			vmxctl $command --from "$1" --width $width >table
			[ "$(widest <table)" -le $width ] || [ $width = 40 ]
		done
	done
}

# A part of the map, and its colours, against a few lines of Python.
map_zooms() {
	local start end by
	vmxctl map --from "$1" --json >spans
	vmxctl list --from "$1" --json >areas
	start=$(jq -r '.[3].addr' areas)
	end=$(printf 0x%x $(($(jq -r '.[5].addr' areas) + 4096)))
	python3 "$source/tests/map.py" range "$start" "$end" <spans >expected
	exits 0 vmxctl map --from "$1" --range "$start-$end" --json
	same "$(<expected)" "$(jq -r '.[] | "\(.addr) \(.size) \(.what)"' stdout)"
	vmxctl map --from "$1" --range "$start-$end" --svg part.svg
	jq '{rows: (group_by(.what) | map({kind: .[0].what, size: (map(.size) | add)}))}' stdout |
		python3 "$source/tests/svg.py" part.svg
	vmxctl map --from "$1" --range "$start-$end" --png part.png
	python3 "$source/tests/png.py" part.png
	# Offsets, and what is not in the slice.
	vmxctl map --from "$1" --range 0-0x400000 --json >got
	start=$(text "$1" areas | sed -n '1s/.*slice=\(0x[0-9a-f]*\)-.*/\1/p')
	vmxctl map --from "$1" --range "$start-$(printf 0x%x $((start + 0x400000)))" --json | cmp - got
	# The end of one may lie behind the slice.
	vmxctl map --from "$1" --range 0x100000-0x7fffffffff --json >got
	vmxctl map --from "$1" --range "$(printf 0x%x $((start + 0x100000)))-0xffffffffffffffff" --json | cmp - got
	# Nothing is written if the command line is wrong.
	exits 2 vmxctl map --from "$1" --json --svg refused.svg --sort nothing
	[ ! -e refused.svg ]
	exits 1 vmxctl map --from "$1" --range 0x100000000000-0x100000001000
	for range in x 0x1000 0x2000-0x1000 99999999999999999999-1; do
		exits 2 vmxctl map --from "$1" --range $range
	done
	exits 2 vmxctl map --from "$1" --by nothing
	for by in size age caller owner; do
		python3 "$source/tests/map.py" $by areas >expected
		vmxctl map --from "$1" --by $by --json | jq -r '.[] | "\(.addr) \(.what)"' >got
		same "$(<expected)" "$(grep -vE ' (guard|quarantined)$' got)"
		vmxctl map --from "$1" --by $by --svg by.svg
		vmxctl map --from "$1" --by $by --json |
			jq '{rows: (group_by(.what) | map({kind: .[0].what, size: (map(.size) | add)}))}' |
			python3 "$source/tests/svg.py" by.svg
	done
	# More callers than colours, with names that mean something in XML.
	jq '.files.areas |= (split("\n") | to_entries | map(.key as $n | .value |
		sub("comm=[^ ]*"; "comm=<&\"\($n)") | sub(" make_area"; " f\($n)")) | join("\n"))' "$1" >many
	for by in caller owner; do
		vmxctl map --from many --by $by --json >spans
		[ "$(jq '[.[] | .what] | unique | length' spans)" -le 13 ]
		vmxctl map --from many --by $by --svg many.svg
		jq '{rows: (group_by(.what) | map({kind: .[0].what, size: (map(.size) | add)}))}' spans |
			python3 "$source/tests/svg.py" many.svg
	done
}

for file in "$source"/tests/snapshots/*; do
	name=${file#"$source/tests/"}
	try "map: $name" map_agrees "$file"
	try "map: --range and --by of $name" map_zooms "$file"
done

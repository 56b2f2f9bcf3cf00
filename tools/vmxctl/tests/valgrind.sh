# SPDX-License-Identifier: GPL-2.0
# valgrind.sh: valgrind watches the commands; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# clean ARGUMENT...: valgrind's own code, 99, is no exit code of vmxctl.
clean() {
	local code=0 leaks=full
	# cairo and fontconfig keep what they have loaded.
	[[ "$*" != *--png* ]] || leaks=no
	valgrind -q --error-exitcode=99 --leak-check=$leaks --errors-for-leak-kinds=definite \
		vmxctl "$@" >/dev/null 2>stderr || code=$?
	[ $code != 99 ] || {
		echo "$*"
		cat stderr
		return 1
	}
}

# shellcheck disable=SC2086 # words
valgrind_is_clean() {
	local file=$captured/6.12-x86_64/vmallocinfo
	for options in '' --map '--svg x.svg' '--png x.png' '--json --by area' --openmetrics \
		"--diff $captured/6.1-x86_64/vmallocinfo" '--by nothing' "$captured/nothing"; do
		clean kernel $file $options
	done
	file=$source/tests/snapshots/6.12.json
	for command in list 'list --by comm' 'list 99' gaps stats map 'map --svg x.svg' 'stats --json' \
		'map --range 0-0x300000 --by age' 'map --by owner' 'map --by size --svg x.svg'; do
		clean $command --from $file
	done
	clean pgtables --from "$captured/6.12-x86_64/pgtables" --phys 0x1000
	clean pgtables --from "$captured/6.12-x86_64/pgtables" --by flag
	cat "$captured"/6.12-x86_64/{explain-alloc,walk-mapped} >saved
	clean explain --from saved
	clean area 5 --from "$captured/6.12-x86_64/snapshot.json" --json
	clean walk 5 --from "$captured/6.12-x86_64/snapshot.json" --json
	clean explain --from saved --json
	clean explain --from saved --svg x.svg
	for file in "$source"/fuzz/corpus/operations/*; do clean replay "$file"; done
	clean record record true
	clean doctor
	# shellcheck disable=SC2034 # top reads it
	local runner=(valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite)
	top 40x120 wait:ADDRESS keys:c 'keys:s\x1bOC\r' 'keys:\\make\r' "keys:/5\\r" 'keys:\r' wait:descriptor keys:q size:5x30 \
		size:30x100 wait:ADDRESS keys:? wait:F10 keys:q keys:q -- --from "$captured/6.12-x86_64/snapshot.json" --interval 0.5
	ended 'exit 0' '$'
	clean snapshot x.json
}

try "valgrind" valgrind_is_clean

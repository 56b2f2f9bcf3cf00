# SPDX-License-Identifier: GPL-2.0
# stats.sh: vmxctl stats: the counters of a snapshot; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

stats_agree() {
	text "$1" stats | awk '$1 != "version"' >expected
	vmxctl stats --from "$1" --json | jq -r 'del(.version) | to_entries[] | "\(.key) \(.value)"' >got
	[ -s expected ]
	same "$(<expected)" "$(<got)"
	vmxctl stats --from "$1" --json | jq -e '.version == "'"$(text "$1" stats | sed -n 's/^version //p')"'"'
}

for file in "$source"/tests/snapshots/*; do
	try "stats: ${file#"$source/tests/"}" stats_agree "$file"
done

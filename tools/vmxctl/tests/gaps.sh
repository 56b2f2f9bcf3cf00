# SPDX-License-Identifier: GPL-2.0
# gaps.sh: vmxctl gaps: the holes of a snapshot; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

gaps_agree() {
	text "$1" gaps | awk '!/^#/ { split($1, range, "-"); print range[1], range[2], $2 }' >expected
	vmxctl gaps --from "$1" --json | jq -r '.[] | "\(.addr) \(.end) \(.size)"' >got
	[ -s expected ]
	same "$(<expected)" "$(<got)"
	vmxctl gaps --from "$1" --bytes | has "^holes  *$(awk '{ sum += $3 } END { print sum, "in", NR, "holes" }' expected)$"
}

for file in "$source"/tests/snapshots/*; do
	try "gaps: ${file#"$source/tests/"}" gaps_agree "$file"
done

# SPDX-License-Identifier: GPL-2.0
# snapshot.sh: --from FILE: hostile variants of a snapshot; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

hostile_snapshots() {
	exits 4 vmxctl list --from nothing
	echo '{' >"cut"
	exits 1 vmxctl list --from cut
	has 'is no snapshot' stderr
	echo '{}' >other
	exits 1 vmxctl list --from other
	jq '.vmxctl_snapshot = 3' "$1" >newer
	exits 1 vmxctl list --from newer
	has 'version 3' stderr
	jq 'del(.files.areas)' "$1" >without
	exits 4 vmxctl list --from without
	jq '.files.areas = {error: "Permission denied"}' "$1" >refused
	exits 4 vmxctl list --from refused
	has 'Permission denied' stderr
	jq '.files.areas |= sub("areas 1"; "areas 2")' "$1" >format
	exits 1 vmxctl list --from format
	jq '.files.areas |= sub("id=3 "; "id=x ")' "$1" >line
	exits 0 vmxctl list --from line
	has '1 lines could not be read' stderr
	jq '.files.areas |= (split("\n")[0] + "\n")' "$1" >empty
	exits 1 vmxctl list --from empty --json
	[ "$(<stdout)" = '[]' ]
	for command in list gaps stats map; do
		for file in cut other newer nothing; do
			code=0
			vmxctl $command --json --from $file >stdout 2>stderr || code=$?
			jq -e ".error.code == $code" stdout
		done
	done
	vmxctl map --from - <"$1" >got
	vmxctl map --from "$1" | cmp - got
}

for file in "$source"/tests/snapshots/*; do
	try "hostile variants of ${file#"$source/tests/"}" hostile_snapshots "$file"
done

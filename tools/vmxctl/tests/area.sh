# SPDX-License-Identifier: GPL-2.0
# area.sh: vmxctl area and walk: the answers in a snapshot; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The fields of area and walk, against the lines in the snapshot.
answers_agree() {
	local id addr
	for id in $(jq -r '.files.area | keys[]' "$1"); do
		jq -j ".files.area[\"$id\"]" "$1" >text
		vmxctl area "$id" --from "$1" | cmp - text
		vmxctl area "$id" --from "$1" --json >json
		same "$(sed -n '1s/.*id=\([0-9]*\) descriptor=\(0x[0-9a-f]*\) requested=\([0-9]*\)/\1 \2 \3/p' text)" \
			"$(jq -r '"\(.id) \(.descriptor) \(.requested)"' json)"
		same "$(awk '$1 == "addr" || $1 == "size" || $1 == "pages" || $1 == "nr_pages" || $1 == "phys_addr" { print $1, $2 }
			$1 == "caller" { sub(/^caller */, ""); print "caller", $0 }' text | sort)" \
			"$(jq -r '"addr \(.addr)", "size \(.size)", "pages \(.pages)", "nr_pages \(.nr_pages)", "phys_addr \(.phys_addr)", "caller \(.caller)"' json | sort)"
		same "$(awk '$1 == "flags" { $1 = $2 = ""; print }' text | xargs)" "$(jq -r '.flag_names | join(" ")' json)"
		same "$(awk '$1 == "frames" { split($7, f, "flags="); print $2, $3, $4, $5, $6, f[2] }' text)" \
			"$(jq -r 'def hex: if . < 16 then "0123456789abcdef"[.:.+1] else (. / 16 | floor | hex) + (. % 16 | hex) end;
				.frames[] | "\(.addr)-\(.end) pfn=0x\(.pfn | hex) order=\(.order) zone=\(.zone) node=\(.node) \(.flags)"' json)"
		same "$(sed -n 's/^entries  *\([^ ]*\) *\(.*\) \(p..\) pfn=\(.*\)/\1 \3 \2/p' text | tr -s ' ')" \
			"$(jq -r '.entries[] | "\(.addr)-\(.end) \(.level) \(.flags | join(" "))"' json)"
		addr=$(jq -r .addr json)
		vmxctl area "$(printf 0x%x $((addr + 5)))" --from "$1" --json | cmp - json
	done
	for id in $(jq -r '.files.walk | keys[]' "$1"); do
		jq -j ".files.walk[\"$id\"]" "$1" >text
		vmxctl walk "$id" --from "$1" | cmp - text
		vmxctl walk "$id" --from "$1" --json >json
		same "$(sed -n 's/^\(p..\)  table \(0x[0-9a-f]*\) index  *\([0-9]*\) entry \(0x[0-9a-f]*\).*/\1 \2 \3 \4/p' text)" \
			"$(jq -r '.steps[] | "\(.level) \(.table) \(.index) \(.entry)"' json)"
		same "$(sed -n 's/^mapped: frame 0x\(.*\), by a leaf of \(.*\) KiB/\1 \2/p' text)" \
			"$(printf '%x %d' "$(jq .frame json)" "$(jq '.leaf / 1024' json)")"
		jq -e '.end == "mapped" and .in_slice' json
	done
	jq -r .files.pgtables "$1" >pgtables
	vmxctl pgtables --from pgtables --json >expected
	vmxctl pgtables --from "$1" --json | cmp - expected
	exits 4 vmxctl area 99 --from "$1" --json
	jq -e '.error.code == 4' stdout
	exits 4 vmxctl walk x --from "$1"
	exits 4 vmxctl area 4 --from "$source/tests/snapshots/6.12.json"
	jq '.files.area["4"] = "# vmx area 2 id=4\n" | .files.walk["4"] = "no walk"' "$1" >other
	exits 1 vmxctl area 4 --from other --json
	exits 1 vmxctl walk 4 --from other --json
	jq '.files.walk = {error: "Permission denied"}' "$1" >refused
	exits 4 vmxctl walk 4 --from refused
	has 'Permission denied' stderr
}

for file in "$captured"/*/snapshot.json; do
	try "area, walk: ${file#"$source/tests/"}" answers_agree "$file"
done

# SPDX-License-Identifier: GPL-2.0
# explain.sh: vmxctl explain: saved steps, their drawings and pictures; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# From its JSON, the text can be made again.
explain_agrees() {
	local walk width
	vmxctl explain --from "$1" --json >json || :
	jq -r '(.made[] | "\(.id) \(.addr) \(.size)"),
		(.refused as $e | .steps[] | "\(.number). " + (if .vmx then "\(.linux // "-") / \(.vmx)"
			else "refused: -\($e)" end) + ", \(.ns) ns", "      " + .lines[]), "in all, \(.ns) ns"' json >got
	# An explanation stands behind the line of its area, and others may follow.
	same "$({ grep '^[0-9]' "$1"; grep '^[ i]' "$1"; } | sed 's/^ *\([0-9]*\. \)/\1/')" "$(<got)"
	for width in 40 80 200; do
		vmxctl explain --from "$1" --width $width >text || :
		[ $width = 40 ] || [ "$(widest <text)" -le $width ]
		not has ' $' text
	done
}

explain_draws() {
	local bits machine entry
	vmxctl explain --from "$captured/6.12-x86_64/explain-alloc" --width 80 >text
	has -- '^        before   \[id=3\] --> \[id=4\]$' text
	has -- '^        after    \[id=3\] --> \[id=6\] --> \[id=4\]$' text
	has '^        frames |1074|1075|1076|1077|$' text
	has '^        entries |276|277|278|279|280|$' text
	# 24576 of 966656 bytes: one of 64 characters; the hole's first one.
	has '^        \[#\.\{63\}\]$' text
	vmxctl explain --from "$captured/6.12-x86_64/explain-huge" --width 80 >text
	has -- '^        before   \[id=5\] --> end$' text
	has -- '^        after    \[id=5\] --> \[id=7\] --> end$' text
	has '^        frames |2800|2801| ... |29ff|$' text
	vmxctl explain --from "$captured/6.12-x86_64/explain-free" >text
	has -- '^        before   vmx_list --> \[id=1\] --> \[id=3\]$' text
	has -- '^        after    vmx_list --> \[id=3\]$' text
	for machine in 6.12-x86_64 6.12-arm64; do
		for walk in mapped hole huge; do
			cat "$captured/$machine/explain-alloc" "$captured/$machine/walk-$walk" >saved
			vmxctl explain --from saved >text
			# The bits of each entry, and its flags, against the file.
			while read -r entry; do
				bits=$(python3 -c 'import sys; b = format(int(sys.argv[1], 16), "064b")
print(" ".join(b[i:i+8] for i in range(0, 64, 8)))' "$entry")
				[ $((entry)) = 0 ] || has "^     $bits$" text
			done < <(sed -n 's/.* entry \(0x[0-9a-f]*\).*/\1/p' "$captured/$machine/walk-$walk")
			same "$(sed -n 's/.* entry 0x[0-9a-f]* *//p' "$captured/$machine/walk-$walk" | sed 's/-> .*//' | grep -oE '[^ ]+' || :)" \
				"$(grep '\^[0-9][0-9]* ' text | tr '^' '\n' | sed -n 's/^[0-9][0-9]* \([^ ]*\).*/\1/p')"
			vmxctl explain --from saved --json | jq -r '.walk.steps[] | "\(.level) \(.table) \(.index) \(.entry)"' >got
			same "$(sed -n 's/^\(p..\)  table \(0x[0-9a-f]*\) index  *\([0-9]*\) entry \(0x[0-9a-f]*\).*/\1 \2 \3 \4/p' \
				"$captured/$machine/walk-$walk")" "$(<got)"
		done
	done
	exits 1 vmxctl explain --from "$captured/6.12-x86_64/explain-refused" --json
	jq -e '.refused == "ENOSPC" and .made == []' stdout
	exits 1 vmxctl explain --from "$captured/6.12-x86_64/vmallocinfo"
	has 'no step' stderr
	head -c 700 "$captured/6.12-x86_64/explain-alloc" >"cut"
	exits 0 vmxctl explain --from cut
	printf ' 1. a / b, 5 ns\n      chosen: 0x5-0x4\n      list: next\n      x pfn=0x5-0x5\n      set 99999999999 pte from index 9\n' >hostile
	exits 0 vmxctl explain --from hostile
	[ "$(wc -l <stdout)" -lt 20 ]
	exits 2 vmxctl explain
	exits 2 vmxctl explain 20K --from x
	exits 4 vmxctl explain 20K
	# On a terminal, Enter goes on; q ends.
	printf '\n\nq\n' | script -qec "vmxctl explain --step --from $captured/6.12-x86_64/explain-alloc" /dev/null >steps
	has ' 3\. alloc_vmap_area' steps
	not has ' 4\. ' steps
}

# The picture shows what the text shows, and nothing lies on anything else.
explain_pictures() {
	local name
	for name in alloc count free huge refused; do
		cat "$1/explain-$name" "$1/walk-mapped" >saved
		code=0
		vmxctl explain --from saved --svg steps.svg >stdout || code=$?
		[ $code = "$([ $name = refused ] && echo 1 || echo 0)" ]
		[ ! -s stdout ]
		python3 "$source/tests/explainsvg.py" steps.svg >got
		vmxctl explain --from saved --width 0 >text || :
		# Boxes of the text: "[id=1] --> [id=2]", "|1|2|"; bits, with blanks between.
		same "$({ sed -nE 's/^ +(before|after) +/element /p' text | sed 's/ --> / /g'
			sed -nE 's/^ +frames \|(.*)\|$/frame \1/p; s/^ +entries \|(.*)\|$/slot \1/p' text | sed 's/ \.\.\. |//; s/|/ /g'
			sed -nE 's/^ +([01]{8}( [01]{8}){7})$/\1/p' text | sed 's/ //g; s/^/bit /'; } | sort)" "$(sort got)"
		[ -s got ]
		vmxctl explain --from saved --svg - | cmp - steps.svg || [ $name = refused ]
		vmxctl explain --from saved --png steps.png || [ $name = refused ]
		python3 "$source/tests/png.py" steps.png
	done
	vmxctl explain --from saved --json --svg steps.svg | jq -e .steps >/dev/null || [ $name = refused ]
	exits 2 vmxctl explain --from saved --json --svg -
	# Many steps, long names.
	for ((i = 1; i < 300; i++)); do
		printf ' %d. %0300d<&>, 5 ns\n      frames=%d pfn=0x0-0xffffffffffff\n' $i 0 $i
	done >hostile
	exits 0 vmxctl explain --from hostile --svg steps.svg
	python3 "$source/tests/explainsvg.py" steps.svg >got
	same 100 "$(wc -l <got)"
	exits 0 vmxctl explain --from hostile --png steps.png
	echo old >old.svg
	exits 1 vmxctl explain --from <(echo nothing) --svg old.svg
	[ "$(<old.svg)" = old ]
	exits 1 vmxctl explain --from hostile --json --svg /dev/full
	jq -e '.error.code == 1' stdout
}

for file in "$captured"/*/explain-*; do
	try "explain: ${file#"$source/tests/"}" explain_agrees "$file"
done
try "explain: drawings and steps" explain_draws
for file in "$captured"/*/explain-alloc; do
	folder=${file%explain-alloc}
	try "explain: pictures of ${folder#"$source/tests/"}" explain_pictures "$folder"
done

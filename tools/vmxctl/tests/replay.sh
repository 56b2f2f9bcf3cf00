# SPDX-License-Identifier: GPL-2.0
# replay.sh: vmxctl replay: which files it takes, and its picture; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# What is read whole and well ends where the module is missing; the selftests play it.
records_are_read() {
	local file=$source/fuzz/corpus/operations
	for form in "$file"/*; do
		exits 4 vmxctl replay "$form"
	done
	exits 1 vmxctl replay "$source/vmxctl.1"
	exits 1 vmxctl replay /dev/null
	exits 1 vmxctl replay "$(command -v vmxctl)"
	exits 4 vmxctl replay nothing
	exits 2 vmxctl replay "$file/record" --fit worst
	exits 2 vmxctl replay "$file/record" --top 0
	exits 2 vmxctl record
	exits 2 vmxctl record --seconds x y
	for bad in 'alloc 1 0 4096' 'alloc 1 8 3' 'alloc 1 8' 'alloc' 'free ' 'fail x 1' 'alloc 1 99999999999999999999 1' x; do
		{ cat "$file/record"; echo "$bad"; } >bad
		exits 1 vmxctl replay bad --json
		jq -e '.error.message | contains("line 7")' stdout
	done
	# Its end is cut off, or it has another form behind its beginning.
	{ cat "$file/record"; printf 'alloc 9 4096 40'; } >ended
	exits 1 vmxctl replay ended
	has 'line 7' stderr
	{ echo '# vmallocinfo'; cat "$file/record"; } >mixed
	exits 1 vmxctl replay mixed
	has 'line 2' stderr
	sed 's/record 1/record 2/' "$file/record" >later
	exits 1 vmxctl replay later
	has 'later vmxctl' stderr
	printf 'alloc 1 4096 1\nfree \0' >binary
	exits 1 vmxctl replay binary
	sed 's/^0x[^ ]*/0x0000000000000000-0x0000000000000000/' "$file/vmallocinfo" >hidden
	exits 4 vmxctl replay hidden
	has 'order is that of its lines' stderr
}

play_pictures() {
	cc -Wall -Werror -D_GNU_SOURCE -I "$source" -o picture "$source"/tests/playpicture.c \
		"$source"/{playpicture,picturefile,canvas_svg,size}.c
	./picture >picture.svg
	python3 "$source/tests/playpicture.py" <picture.svg
}

try "replay, record: files" records_are_read
try "replay: a picture" play_pictures

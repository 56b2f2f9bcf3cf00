# SPDX-License-Identifier: GPL-2.0
# libraries.sh: a build without libraries; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

without_libraries() {
	make -s -j"$(nproc)" -C "$source" O="$PWD/bare" PKG_CONFIG=false >made 2>&1
	[ "$(grep -c '^vmxctl: no ' made)" = "$(wc -l <made)" ]
	[ "$(ldd bare/vmxctl | grep -cE 'cairo|jansson|tinfo|ncurses|kmod|trace')" = 0 ]
	bare/vmxctl kernel "$source/tests/words" >got
	vmxctl kernel "$source/tests/words" | cmp - got
	bare/vmxctl kernel "$source/tests/words" --svg bare.svg
	exits 4 bare/vmxctl kernel "$source/tests/words" --png bare.png
	has cairo stderr
	exits 4 bare/vmxctl load
	has libkmod stderr
	exits 4 bare/vmxctl snapshot x
	exits 4 bare/vmxctl kernel "$source/tests/words" --json
	has jansson stderr
}

try "without libraries" without_libraries

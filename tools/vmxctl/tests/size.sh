# SPDX-License-Identifier: GPL-2.0
# size.sh: sizes for people, against printf(); scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

sizes_are_right() {
	cc -Wall -Werror -fsanitize=undefined -I "$source" -o size "$source/tests/size.c" "$source/size.c"
	./size
}

try "sizes" sizes_are_right

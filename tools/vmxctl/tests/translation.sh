# SPDX-License-Identifier: GPL-2.0
# translation.sh: the Chinese messages; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# Each message has a translation, and each command speaks Chinese where that is wanted.
translated() {
	local po=$source/po/zh_CN.po file=$captured/6.12-x86_64/vmallocinfo command
	(cd "$source" && xgettext -L C -k_ -kN_ --from-code=UTF-8 -o - ./*.c) >messages.pot 2>warnings
	msgcmp "$po" messages.pot
	msgfmt --check-format --statistics -o /dev/null "$po" 2>statistics
	same "$(grep -c '^msgid' messages.pot)" "$(($(sed -n 's/^\([0-9]*\) translated messages\.$/\1/p' statistics) + 1))"
	make -s -j"$(nproc)" -C "$source" O="$out/zh" PREFIX="$PWD/root" install
	export LANGUAGE=zh_CN PATH=$PWD/root/bin:$PATH
	for command in $(LANGUAGE='' vmxctl --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		vmxctl "$command" --help | has '例子'
	done
	for command in '' '--by area' '--map'; do
		for width in 40 80; do
			# shellcheck disable=SC2086 # words
			vmxctl kernel "$file" $command --width $width >table
			[ "$(widest <table)" -le $width ]
			has '[^ -~]' table
		done
	done
	# Heads stand above their columns: wide characters take two.
	vmxctl kernel "$file" --by kind -o size,areas,kind | sed -n '/^$/,$p' | sed '1d; s/ [^ ]*$//' >table
	same 1 "$(while read -r line; do wc -L <<<"$line"; done < <(sed 's/^ /./' table) | sort -u | wc -l)"
	LANGUAGE='' vmxctl kernel "$file" --json >expected
	vmxctl kernel "$file" --json | cmp - expected
	exits 4 vmxctl list --from nothing --json
	jq -e '.error.code == 4' stdout
}

try "Chinese" translated

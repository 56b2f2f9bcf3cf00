# SPDX-License-Identifier: GPL-2.0
# exitcodes.sh: the exit codes, and what is left after an error; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

exit_codes() {
	exits 0 vmxctl kernel "$source/tests/words"
	exits 2 vmxctl
	exits 2 vmxctl nothing
	exits 2 vmxctl kernel --by nothing
	exits 4 vmxctl kernel nothing
	exits 4 vmxctl list
	exits 1 vmxctl doctor
	exits 2 vmxctl alloc
	exits 2 vmxctl load slice
	for code in 1 2 3 4; do grep -q "^\.B $code\$" "$source/vmxctl.1"; done
	exits 1 vmxctl kernel "$source/tests/words" --svg /dev/full
	code=0
	vmxctl kernel "$source/tests/words" >/dev/full 2>stderr || code=$?
	[ $code = 1 ]
	has 'cannot write' stderr
	# A picture that was not written leaves the old one.
	echo old >old.svg
	exits 3 vmxctl kernel "$captured/6.1-x86_64/vmallocinfo-zero" --svg old.svg
	[ "$(<old.svg)" = old ]
	[ "$(find . -name 'old.svg*' | wc -l)" = 1 ]
	if [ "$(id -u)" = 0 ]; then
		install -m 755 "$out/vmxctl" /tmp/vmxctl-test.$$
		exits 3 setpriv --reuid 65534 --clear-groups /tmp/vmxctl-test.$$ kernel || { rm -f /tmp/vmxctl-test.$$; return 1; }
		has 'only root' stderr
		exits 3 setpriv --reuid 65534 --clear-groups /tmp/vmxctl-test.$$ snapshot - --json || { rm -f /tmp/vmxctl-test.$$; return 1; }
		jq -e '.error.code == 3' stdout
		rm -f /tmp/vmxctl-test.$$
	fi
}

try "exit codes" exit_codes

# SPDX-License-Identifier: GPL-2.0
# record.sh: vmxctl record: the order of events, and how it ends; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

events_in_order() {
	cc -Wall -Werror -D_GNU_SOURCE -I "$source" -o inorder "$source/tests/inorder.c" "$source/inorder.c"
	./inorder
}

# Record by readings, where /proc/vmallocinfo can be read: how it ends.
record_ends() {
	exits 2 vmxctl record --json - true
	jq -e '.error.code == 2' stdout
	echo longer than a record of nothing >file
	chmod 644 file
	exits 0 timeout 10 env --ignore-signal=CHLD vmxctl record --readings file true
	same 600 "$(stat -c %a file)"
	same 1 "$(grep -c '^#' file)"
	not grep longer file
	exits 1 timeout 10 vmxctl record --readings file false
	exits 1 vmxctl record --readings /dev/full true
	has 'No space' stderr
	exits 0 vmxctl record --readings file echo --json
	same --json "$(cat stdout)"
	vmxctl record --readings --json $'\xff' true | jq -e '.file == "?"'
	# A command that takes no notice is killed.
	exits 0 timeout 20 vmxctl record --readings --seconds 0.2 file sh -c 'trap "" TERM; while :; do sleep 0.2; done'
	# The signal has its way at last; Ctrl-C is an end like others.
	for signal in HUP QUIT ALRM; do
		exits $((128 + $(kill -l $signal))) timeout --preserve-status -s $signal 1 vmxctl record --readings file
		has '0 failed' stderr
	done
	exits 0 timeout --preserve-status -s INT 1 vmxctl record --readings file
	exits 0 timeout --preserve-status -s INT 1 env --ignore-signal=HUP vmxctl record --readings file
	# Nothing is lost if it cannot begin.
	echo kept >kept
	exits 4 vmxctl record --vmx --readings kept
	same kept "$(cat kept)"
	exits 4 vmxctl record --vmx --readings new
	[ ! -e new ]
}

try "record: the events of two CPUs" events_in_order
# Not in a container, for example.
if [ -r /proc/vmallocinfo ] && vmxctl record --readings /dev/null true 2>/dev/null; then
	try "record: how it ends" record_ends
else
	echo "# record: how it ends: /proc/vmallocinfo cannot be read, or hides its addresses"
fi

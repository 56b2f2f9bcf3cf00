#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# program: a test program in which something goes wrong
#
# Installed once for each case, as CASE.sh.

case=$(basename "$0" .sh)
case $case in
empty) echo 1..0; exit ;;			# plans no tests
mute) exit ;;					# prints nothing
short) echo 1..3 ;;				# stops half way
pass | fail) echo 1..2 ;;
*) echo 1..1 ;;
esac

case $case in
warn | oops | hang) insmod /vmx/harness.ko do="$case" ;;	# in the kernel
taint) echo 64 >/proc/sys/kernel/tainted ;;	# somebody taints the kernel
esac

case $case in
killed) echo ok 1 it can be killed now ;;	# and the host does it
*) echo ok 1 it works ;;
esac

case $case in
pass) echo 'ok 2 it is not here # SKIP' ;;
fail) echo not ok 2 it does not ;;		# but exits 0
exit) exit 1 ;;					# though its test passed
lost | killed)
	echo '# the runner holds a line back until the next one'
	sleep 1
	[ "$case" = killed ] || poweroff -f	# the guest goes away without its token
	sleep 1000
	;;
esac
exit 0

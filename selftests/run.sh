#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - run the selftests of vmx on this (test!) machine, as root
#
# usage: sh run.sh [TEST...]		without TEST: all of them
#
# The script looks for the module at $VMX_KO, above this directory and under
# /lib/modules. If the tests are installed with the kernel's own runner, that
# runner runs them. Otherwise this script runs the tests in this directory, and
# says what it skips and why.
# Exit status: 0 if at least one test passed and none failed.

cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# Find the runner that "make install" put beside the installed tests. This
# script may run from the installed directory or from the sources.
find_runner()
{
	for runner in .. "../out/$(uname -r)/kselftest/installed"; do
		[ -r "$runner/kselftest-list.txt" ] && return 0
	done
	return 1
}

upstream()
{
	args=
	for test in "$@"; do
		args="$args -t vmx:$test"
	done
	# shellcheck disable=SC2086	# words are meant to be split
	sh "$runner/run_kselftest.sh" ${args:--c vmx}
}

# List every script and every program in this directory, built or not.
list()
{
	for file in *; do
		case $file in
		run.sh | vmx_lib.sh | vmx_test.*) ;;
		*.sh) echo "$file" ;;
		*.c) echo "${file%.c}" ;;
		*) [ ! -f "$file" ] || [ ! -x "$file" ] || echo "$file" ;;
		esac
	done | sort -u
}

one()
{
	case $1 in
	*.sh)
		sh "$1"
		;;
	*)
		[ -x "$1" ] && exec "./$1"
		echo "not built: the kernel's kselftest is needed to build it"
		return 4
		;;
	esac
}

# Run the tests, and print the results in the format of the kernel's runner.
direct()
{
	number=0
	echo "TAP version 13"
	echo "1..$#"
	for test in "$@"; do
		number=$((number + 1))
		name="$number selftests: vmx: $test"
		echo "# selftests: vmx: $test"
		(one "$test") > "$log.one" 2>&1
		status=$?
		sed 's/^/# /' "$log.one"
		case $status in
		0) echo "ok $name" ;;
		4) echo "ok $name # SKIP" ;;
		*) echo "not ok $name # exit=$status" ;;
		esac
	done
}

[ "$(id -u)" -eq 0 ] || die "only root may load modules"
vmx_find || die "no vmx.ko found: build it, or set VMX_KO to its path"
export VMX_KO
[ ! -d /sys/module/vmx ] ||
	die "vmx is loaded, and the tests would free its areas: run \"rmmod vmx\" first"
grep -q ' /sys/kernel/debug debugfs ' /proc/mounts ||
	mount -t debugfs debugfs /sys/kernel/debug || die "cannot mount debugfs"

log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.one"' EXIT
if find_runner; then
	upstream "$@"
elif [ $# -gt 0 ]; then
	direct "$@"
else
	# shellcheck disable=SC2046	# no file name has a blank
	direct $(list)
fi | tee "$log"
# The kernel's runner exits 0 even if tests fail.
! grep -q '^not ok' "$log" || exit 1
grep '^ok' "$log" | grep -qv '# SKIP' || die "no test ran"

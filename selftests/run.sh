#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - run the selftests of vmx on this (test!) machine, as root
#
# usage: sh run.sh [TEST...]		without TEST: all of them
#
# The module is looked for at $VMX_KO, above this directory and under
# /lib/modules. Where the tests are installed with upstream's runner, that runs
# them; else this script runs what is here, and says what it skips and why.
# Exit status: 0 when some passed and none failed.

cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# Where "make install" put the tests, seen from there or from the sources.
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

# Every script here, and every program, built or not.
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
		echo "not built: that takes the kernel's own kselftest"
		return 4
		;;
	esac
}

# As upstream's runner prints it.
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
vmx_find || die "no vmx.ko: build it, or say where it is with VMX_KO="
export VMX_KO
[ ! -d /sys/module/vmx ] ||
	die "vmx is loaded, and the tests would take its areas away: rmmod vmx first"
grep -q ' /sys/kernel/debug debugfs ' /proc/mounts ||
	mount -t debugfs debugfs /sys/kernel/debug || die "no debugfs"

log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.one"' EXIT
if find_runner; then
	upstream "$@"
elif [ $# -gt 0 ]; then
	direct "$@"
else
	# shellcheck disable=SC2046	# no name has a blank
	direct $(list)
fi | tee "$log"
# Upstream's runner exits 0 whatever the tests say.
! grep -q '^not ok' "$log" || exit 1
grep '^ok' "$log" | grep -qv '# SKIP' || die "nothing ran"

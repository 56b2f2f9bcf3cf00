# SPDX-License-Identifier: GPL-2.0
# lib.sh: what every script here shares; sourced, never run.
#
# After sourcing: $top is the tree, $VMX_CACHE the one folder outside the tree
# for downloads and extracted packages, and KERNEL, MACHINE and release_of say
# which kernel is meant. Progress and complaints go to stderr, so that stdout
# stays what the person asked for.

# shellcheck shell=bash
set -euo pipefail

# shellcheck disable=SC2034 # read by those who source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VMX_CACHE=${VMX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vmx}
[[ $VMX_CACHE = /* ]] || VMX_CACHE=$PWD/$VMX_CACHE
export VMX_CACHE

say() { printf 'vmx: %s\n' "$*" >&2; }
die() { printf 'vmx: %s\n' "$*" >&2; exit 1; }

# The machine a person names by MACHINE=, as Debian spells it.
deb_arch() {
	case $1 in
	x86_64) echo amd64 ;;
	i386) echo i386 ;;
	*) die "MACHINE=$1 is not supported (x86_64, i386)" ;;
	esac
}

# KERNEL= and MACHINE= with their defaults, checked; and PAGING=, SMP= and MEM=,
# before anything is downloaded for a machine that there isn't.
choose_kernel() {
	MACHINE=${MACHINE:-x86_64}
	deb_arch "$MACHINE" >/dev/null
	case $MACHINE in
	i386) KERNEL=${KERNEL:-6.1} ;;
	*) KERNEL=${KERNEL:-6.12} ;;
	esac
	case $MACHINE:$KERNEL in
	x86_64:6.1 | x86_64:6.12 | i386:6.1) ;;
	*) die "KERNEL=$KERNEL is not supported on $MACHINE (x86_64: 6.1, 6.12; i386: 6.1)" ;;
	esac
	case $MACHINE:${PAGING:-4} in
	x86_64:4 | x86_64:5 | i386:4) ;;
	*) die "PAGING=$PAGING is not possible on $MACHINE (x86_64: 4, 5; i386: 4)" ;;
	esac
	[[ ${SMP:-1} =~ ^[1-9][0-9]*$ ]] || die "SMP=$SMP is not a number of CPUs"
	[[ ${MEM:-1G} =~ ^[1-9][0-9]*[MG]$ ]] || die "MEM=$MEM is not an amount of memory (512M, 2G)"
	export KERNEL MACHINE
}

# The release a kernel build folder is for.
release_of() {
	local release
	release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h" 2>/dev/null) || :
	[ -n "$release" ] || die "$1 is not a kernel's build folder, or the kernel was not prepared"
	echo "$release"
}

end_jobs() {
	local job
	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null || :
	done
}

# Give each background job a process group of its own, and end them all with this
# script: a guest must not outlive the person's Ctrl-C.
own_jobs() {
	set -m
	trap end_jobs EXIT
	trap 'exit 130' INT TERM
}

# Guests are built and booted by one script at a time in a tree.
one_run_at_a_time() {
	local lock
	mkdir -p "$top/out"
	exec {lock}>"$top/out/.tests"
	flock -n "$lock" || { say "waiting for another run of the tests in this tree"; flock "$lock"; }
}

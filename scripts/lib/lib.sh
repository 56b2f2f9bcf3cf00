# SPDX-License-Identifier: GPL-2.0
# lib.sh: what the scripts share; source it, do not run it.
#
# $top is the tree, $lib is scripts/lib, $out has what is built and the logs. $VMX_CACHE
# is the one folder outside the tree: downloads and the kernels that were built lie
# there. Progress and errors go to stderr; stdout has only what the person asked for.

# shellcheck shell=bash
set -euo pipefail

lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # the scripts that source this file read it
top=${lib%/scripts/lib}
VMX_CACHE=${VMX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vmx}
[[ $VMX_CACHE = /* ]] || VMX_CACHE=$PWD/$VMX_CACHE
export VMX_CACHE

# kbuild cannot build in a path with spaces, and nobody can in a tree that is read-only:
# a folder of the cache, one for each such tree, is for these.
# shellcheck disable=SC2034
if [[ $top = *[[:space:]]* ]] || [ ! -w "$top" ]; then
	out=$VMX_CACHE/out-$(cksum <<<"$top" | cut -d ' ' -f 1)
else
	out=$top/out
fi

say() { printf 'vmx: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# supported [MACHINE [KERNEL]]: print the table's lines, of all or of these.
supported() {
	awk -v machine="${1:-}" -v kernel="${2:-}" \
		'/^[^#]/ && (!machine || $2 == machine) && (!kernel || $1 "" == kernel)' "$lib/machines"
}

# kernels_for USE: print "NAME KERNEL MACHINE" of each line that has that use. The name is the
# kernel's, and ends in the machine's unless that is the default machine.
kernels_for() {
	supported | awk -v use=",$1," '
		NR == 1 { usual = $2 }
		index("," $7 ",", use) { print $1 ($2 == usual ? "" : "-" $2), $1, $2 }'
}

# cross MACHINE: print the name that a foreign machine's compiler and tools begin with.
cross() {
	case $1 in
	arm64) echo aarch64-linux-gnu ;;
	arm) echo arm-linux-gnueabihf ;;
	riscv) echo riscv64-linux-gnu ;;
	esac
}

# Print what the table has, for people: "x86_64: 6.12, 6.1; i386: 6.1".
choices() {
	supported | awk '
		!($2 in kernels) { machine[++n] = $2 }
		{ kernels[$2] = kernels[$2] (kernels[$2] ? ", " : "") $1 }
		END { for (i = 1; i <= n; i++) printf "%s%s: %s", (i > 1 ? "; " : ""), machine[i], kernels[machine[i]] }'
}

# Check KERNEL, MACHINE, PAGING, SMP and MEM before anything is downloaded for them.
# Set the first three to their defaults if they are not given, and CROSS_COMPILE, which
# kbuild and kselftest read.
choose_kernel() {
	local kernel machine levels
	read -r kernel machine _ < <(supported "${MACHINE:-}") ||
		die "MACHINE=$MACHINE is not supported; choose from $(choices)"
	export MACHINE=$machine KERNEL=${KERNEL:-$kernel} CROSS_COMPILE
	CROSS_COMPILE=$(cross "$machine")
	CROSS_COMPILE+=${CROSS_COMPILE:+-}
	read -r _ _ _ _ _ levels _ < <(supported "$MACHINE" "$KERNEL") ||
		die "KERNEL=$KERNEL is not supported on $MACHINE; choose from $(choices)"
	export PAGING=${PAGING:-${levels%%,*}}
	[[ ,$levels, = *,$PAGING,* ]] ||
		die "PAGING=$PAGING is not possible on $MACHINE; choose from $levels"
	[[ ${SMP:-1} =~ ^[1-9][0-9]*$ ]] || die "SMP=$SMP is not a number of CPUs; try SMP=2"
	[[ ${MEM:-1G} =~ ^[1-9][0-9]*[MG]$ ]] || die "MEM=$MEM is not an amount of memory; try MEM=1G"
}

# Print the release that a kernel's build folder is for.
release_of() {
	local release
	release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h" 2>/dev/null) || :
	[ -n "$release" ] || die "$1 is not a kernel's build folder, or the kernel was not prepared"
	echo "$release"
}

# llvm_for KDIR: if clang built the kernel, print what makes clang build for it, in the
# kernel's version if that is installed
llvm_for() {
	local conf=$1/include/config/auto.conf major
	grep -qs '^CONFIG_CC_IS_CLANG=y' "$conf" || return 0
	major=$(sed -n 's/^CONFIG_CLANG_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$conf")
	if { command -v "clang-$major" && command -v "ld.lld-$major"; } >/dev/null; then
		echo "LLVM=-$major"
	else
		echo LLVM=1
	fi
}

# make_for KDIR|SYSROOT ARGUMENT...: run make to build for this kernel, or with this sysroot.
# Debian's want the compiler and libraries of their own release. They are installed if the
# machine has that release. If it has another one, make sees scripts/fetch's root in the place
# of /usr. All other paths are the machine's.
make_for() {
	local suite root folder=${1%/build} unshare=(unshare --mount)
	suite=$(cat "$folder/suite" 2>/dev/null) || :
	shift
	if own_release "${suite:-}"; then
		# shellcheck disable=SC2046 # several words
		[ -z "${suite:-}" ] || "$lib/host-tools" -- $(<"$folder/needs")
		make "$@"
		return
	fi
	[[ $top/ != /usr/* && $VMX_CACHE/ != /usr/* ]] ||
		die "the build for $suite hides this machine's /usr: move the tree and VMX_CACHE out of it"
	[ "$(id -u)" = 0 ] || unshare+=(--map-root-user)
	"${unshare[@]}" true 2>/dev/null ||
		die "the build for $suite needs a mount namespace, and this machine refuses it: ${unshare[*]}" \
			"(in a container, 'privileged' permits it; for a chroot, do this before you enter it:" \
			"mount --bind FOLDER FOLDER)"
	root=$("$top/scripts/fetch" root "$suite")
	# shellcheck disable=SC2016 # for the inner shell
	LC_ALL=C PATH=/usr/sbin:/usr/bin "${unshare[@]}" bash -c 'mount --bind "$0" /usr && exec "$@"' \
		"$root/usr" make "$@" CONFIG_DEBUG_INFO_BTF_MODULES=
}

# sysroot_flags SYSROOT: print what makes the compiler build for the guest's C library,
# whatever this machine has.
sysroot_flags() {
	echo "--sysroot=$1"
	[ "$MACHINE" != i386 ] || echo "-m32 -B$(echo "$1"/usr/lib/gcc/i686-linux-gnu/*)"
}

# own_release SUITE: is this machine of that release, or is it a kernel of its own?
own_release() { [ -z "$1" ] || [ "$1" = "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" ]; }

# On a terminal apt-get shows its progress; elsewhere only errors are wanted.
apt=(apt-get)
apt_get() {
	if [ -t 2 ]; then "${apt[@]}" "$@" >&2; else "${apt[@]}" -qq "$@" >/dev/null; fi
}

# lock FILE [WHAT]: hold the lock until this script ends. Say who is waited for.
lock() {
	mkdir -p "$(dirname "$1")"
	exec {lock}>"$1"
	flock -n "$lock" || { [ -z "${2:-}" ] || say "waiting for another run of $2"; flock "$lock"; }
}

# Make a folder, $work, for as long as this script runs.
scratch() {
	work=$(mktemp -d)
	trap clean_up EXIT
}

clean_up() {
	local job
	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null || :
	done
	[ -z "${work:-}" ] || rm -rf "$work"
}

# Give each background job a process group of its own, and end all of them with
# this script: no guest may outlive Ctrl-C.
own_jobs() {
	set -m
	export VMX_JOB=1
	trap clean_up EXIT
	trap 'exit 130' INT TERM
}

# pick TABLE [NAME...]: print the lines with these first words, or all lines.
pick() {
	local name table=$1
	shift
	[ $# -gt 0 ] || echo "$table"
	for name; do
		grep "^$name " <<<"$table" || die "$name is not known; choose from: $(cut -d ' ' -f 1 <<<"$table" | xargs)"
	done
}

# run_guest LOGS RUN IMAGE: boot a guest that runs scripts/guest/RUN. IMAGE is the
# initramfs. $token is what the guest says when it ends.
run_guest() {
	token=$RANDOM$RANDOM
	# shellcheck disable=SC2086 # several words
	"$lib/qemu" "$1" "$3" "vmx_run=$2" "vmx_token=$token" ${APPEND:-}
}

number=0 passed=0 failed=0 skipped=0

# result CODE NAME: print and count one test's result.
result() {
	local word='not ok'
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		word=ok passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	echo "$word $number $2"
}

# Print the last line. Fail unless something passed and nothing failed.
summary() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

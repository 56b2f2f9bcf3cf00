# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# vmx_lib.sh - functions that the scripts share. Source it with its own
# directory as the working directory. It uses only what busybox has.

# shellcheck disable=SC2034	# used by the scripts that source this file
VMX=/sys/kernel/debug/vmx
# shellcheck disable=SC2034
VMX_USER=$PWD/test_modules/vmx_user.ko

# Look in the same places as module_path() in vmx_test.c.
vmx_find()
{
	for VMX_KO in "$VMX_KO" "$PWD/../../vmx.ko" "$PWD/../vmx.ko" \
		      "/lib/modules/$(uname -r)/updates/vmx.ko"; do
		[ -r "$VMX_KO" ] && return 0
	done
	return 1
}

# Print the KTAP header, or skip and say why.
vmx_header()
{
	if [ ! -r ../kselftest/ktap_helpers.sh ]; then
		echo "1..0 # SKIP the kernel's kselftest/ktap_helpers.sh is not installed"
		exit 4
	fi
	# shellcheck source=/dev/null
	. ../kselftest/ktap_helpers.sh
	ktap_print_header
	vmx_find || vmx_skip "no vmx.ko found: set VMX_KO to its path"
}

vmx_skip()
{
	ktap_skip_all "$1"
	exit "$KSFT_SKIP"
}

# vmx_start TESTS: print the KTAP header and the plan, or skip and say why.
vmx_start()
{
	vmx_header
	ktap_set_plan "$1"
}

# vmx_start_tool TESTS [COMMAND...]: the same for tests of vmxctl, which must have these
# commands. The module is not loaded then, and $work is a folder of the test's own.
vmx_start_tool()
{
	vmx_header
	command -v vmxctl > /dev/null || vmx_skip "vmxctl is not in this guest"
	vmx_tests=$1
	shift
	for vmx_command; do
		! vmxctl --help | grep -q "^  $vmx_command .*not in this build" ||
			vmx_skip "the vmxctl of this guest is built without $vmx_command"
	done
	ktap_set_plan "$vmx_tests"
	work=$(mktemp -d)
	! grep -q '^vmx ' /proc/modules || rmmod vmx
}

# vmx_test NAME COMMAND...: the test passes if the command exits with 0.
vmx_test()
{
	vmx_name=$1
	shift
	if "$@"; then
		ktap_test_pass "$vmx_name"
	else
		ktap_test_fail "$vmx_name"
	fi
}

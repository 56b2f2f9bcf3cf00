# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# vmx_lib.sh - functions that the scripts share. Source it with its own
# directory as the working directory. It uses only what busybox has.

# shellcheck disable=SC2034	# used by the scripts that source this file
VMX=/sys/kernel/debug/vmx

# Look in the same places as module_path() in vmx_test.c.
vmx_find()
{
	for VMX_KO in "$VMX_KO" "$PWD/../../vmx.ko" "$PWD/../vmx.ko" \
		      "/lib/modules/$(uname -r)/updates/vmx.ko"; do
		[ -r "$VMX_KO" ] && return 0
	done
	return 1
}

# vmx_start TESTS: print the KTAP header and the plan, or skip and say why.
vmx_start()
{
	if [ ! -r ../kselftest/ktap_helpers.sh ]; then
		echo "1..0 # SKIP the kernel's kselftest/ktap_helpers.sh is not installed"
		exit 4
	fi
	# shellcheck source=/dev/null
	. ../kselftest/ktap_helpers.sh
	ktap_print_header
	if ! vmx_find; then
		ktap_skip_all "no vmx.ko found: set VMX_KO to its path"
		exit "$KSFT_SKIP"
	fi
	ktap_set_plan "$1"
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

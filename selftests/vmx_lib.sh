# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# vmx_lib.sh - what the scripts share; source it from the directory it is in.
# busybox's sh and applets must do.

# shellcheck disable=SC2034	# read by those who source this file
VMX=/sys/kernel/debug/vmx

# Where C programs look too: see module_path() in vmx_test.c.
vmx_find()
{
	for VMX_KO in "$VMX_KO" "$PWD/../../vmx.ko" "$PWD/../vmx.ko" \
		      "/lib/modules/$(uname -r)/updates/vmx.ko"; do
		[ -r "$VMX_KO" ] && return 0
	done
	return 1
}

# vmx_start TESTS: KTAP's header and plan, or a skip that says why.
vmx_start()
{
	if [ ! -r ../kselftest/ktap_helpers.sh ]; then
		echo "1..0 # SKIP upstream's kselftest/ktap_helpers.sh is not installed"
		exit 4
	fi
	# shellcheck source=/dev/null
	. ../kselftest/ktap_helpers.sh
	ktap_print_header
	if ! vmx_find; then
		ktap_skip_all "no vmx.ko: set VMX_KO"
		exit "$KSFT_SKIP"
	fi
	ktap_set_plan "$1"
}

# vmx_test NAME COMMAND...: the command's exit status is the result.
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

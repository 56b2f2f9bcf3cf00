#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# modinfo.sh - the .modinfo section of vmx.ko has its license, description,
# version, kernel version and parameters
cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh
vmx_start 6

# Read .modinfo without the modinfo command: busybox's needs a modules.dep. A zero ends
# each string, but on 32-bit ARM none comes before the first one.
info=$(tr -c ' -~' '\n' < "$VMX_KO" | grep -F -e license= -e description= \
	-e version= -e vermagic= -e parm=)

# has FIELD PATTERN: is there a line "FIELD=..." that matches?
has()
{
	echo "$info" | grep -q "^$1=$2" || { echo "# no '$1=$2'"; return 1; }
}

vmx_test license has license 'GPL\( v2\)\?$'
vmx_test description has description '[A-Z].*vm'
vmx_test version has version '[0-9]'
vmx_test vermagic has vermagic "$(uname -r) "
vmx_test parameter_slice has parm 'slice:..*'
vmx_test parameter_lazy_max has parm 'lazy_max:..*'

ktap_finished

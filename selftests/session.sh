#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# session.sh - a session from insmod to rmmod as a person types it: echo and cat
# are enough to use every file
cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh
vmx_start 12

lsmod | grep -q '^vmx ' && rmmod vmx

# Has the kernel's list a line of vmx? It leaves lines out if areas go away while it is
# read, and a module that has just been loaded gives its init code back: read it again.
vmallocinfo_has_vmx()
{
	for _ in 1 2 3 4 5; do
		grep '\[vmx\]' /proc/vmallocinfo && return
	done
	return 1
}

loads()
{
	insmod "$VMX_KO" slice=16M && vmallocinfo_has_vmx
}

# lines N: has the list N areas?
lines()
{
	[ "$(grep -vc '^#' "$VMX/areas")" -eq "$1" ]
}

# stat KEY: print its value
stat()
{
	sed -n "s/^$1 //p" "$VMX/stats"
}

echo_makes_an_area()
{
	echo 4096 > "$VMX/alloc" && lines 1 && [ "$(stat pages)" -eq 1 ]
}

several_in_one_echo()
{
	echo "64K 1M 2M align=2M" > "$VMX/alloc" && lines 4
}

# Write the request and read the answer through one open file.
answer_on_the_same_file()
{
	exec 3<> "$VMX/alloc"
	echo 12345 >&3
	answer=$(cat <&3)
	exec 3>&-
	echo "$answer" | grep -q '^[0-9][0-9]* 0x[0-9a-f]* 12345$' && lines 5
}

refused_says_why()
{
	(echo "4K align=3" > "$VMX/alloc") 2> /dev/null && return 1
	lines 5 && tail -n 2 "$VMX/error_log" | head -n 1 | grep -q '^  Command: 4K align=3$' &&
		tail -n 1 "$VMX/error_log" | grep -q '^ *^$'
}

# Use the id, then the address, that vmx printed for an area.
free_by_id()
{
	echo "$answer" | cut -d ' ' -f 1 > "$VMX/free" && lines 4
}

free_by_address()
{
	sed -n 's/^\(0x[0-9a-f]*\)-.* req=65536 .*/\1/p' "$VMX/areas" > "$VMX/free" && lines 3
}

purge()
{
	[ "$(stat quarantined_bytes)" -gt 0 ] && echo 1 > "$VMX/purge" &&
		[ "$(stat quarantined_bytes)" -eq 0 ]
}

# The first three columns of `areas` have the format of /proc/vmallocinfo, where
# the kernel hides the addresses.
reads_like_vmallocinfo()
{
	grep -v '^#' "$VMX/areas" | grep -vq \
		'^0x[0-9a-f]*-0x[0-9a-f]*  *[0-9]* [^ ]* \[vmx\] pages=[0-9]* vmalloc.* N0=' && return 1
	vmallocinfo_has_vmx | grep -q \
		'^0x[^ ]*-0x[^ ]*  *[0-9]* [^ ]* \[vmx\]'
}

free_all()
{
	echo all > "$VMX/free" && lines 0 && [ "$(stat pages)" -eq 0 ]
}

leaves()
{
	echo "4K count=10" > "$VMX/alloc" && rmmod vmx && [ ! -e "$VMX" ] &&
		! vmallocinfo_has_vmx
}

readme()
{
	grep -q alloc "$VMX/README"
}

vmx_test insmod loads
vmx_test readme readme
vmx_test echo_makes_an_area echo_makes_an_area
vmx_test several_in_one_echo several_in_one_echo
vmx_test answer_on_the_same_file answer_on_the_same_file
vmx_test refused_says_why refused_says_why
vmx_test reads_like_vmallocinfo reads_like_vmallocinfo
vmx_test free_by_id free_by_id
vmx_test free_by_address free_by_address
vmx_test purge purge
vmx_test free_all free_all
vmx_test rmmod_with_areas leaves

ktap_finished

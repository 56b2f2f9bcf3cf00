#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# replay.sh - scripts/replay records what the kernel allocates and frees while
# modules are loaded and unloaded, and repeats it in the slice. At the end the
# slice has as many areas and pages as the record.

cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh
# shellcheck disable=SC1091	# where the selftests are installed
vmx_start 5

work=$(mktemp -d)
user=$PWD/test_modules/vmx_user.ko

# Make the kernel allocate and free: modules and kernel stacks of processes.
busy()
{
	insmod "$user" && sleep 0.4
	for _ in 1 2 3 4 5 6; do
		(sleep 0.2) &
	done
	sleep 0.4
	rmmod vmx_user && sleep 0.4
	insmod "$user" && sleep 0.4
}

if [ "${1:-}" = busy ]; then
	busy
	exit
fi

records()
{
	sh ./replay record sh "$PWD/replay.sh" busy >"$work/record" 2>"$work/stderr" ||
		{ sed 's/^/# /' "$work/stderr"; return 1; }
	echo "# $(grep -c . "$work/record") lines recorded"
	[ -s "$work/record" ]
}

# Count the allocations and frees independently, with grep.
converts()
{
	sh ./replay convert <"$work/record" >"$work/pattern" || return 1
	allocs=$(grep -c '^alloc ' "$work/pattern")
	frees=$(grep -c '^free ' "$work/pattern")
	echo "# $allocs allocations, $frees frees"
	if grep -q alloc_vmap_area: "$work/record"; then
		[ "$allocs" = "$(grep -c 'alloc_vmap_area: .*failed=0' "$work/record")" ] || return 1
		[ "$frees" -le "$(grep -c free_vmap_area_noflush: "$work/record")" ] || return 1
	fi
	[ "$allocs" -ge 2 ] && [ "$frees" -ge 1 ]
}

stat_of()
{
	sed -n "s/^$1 //p" "$VMX/stats"
}

plays()
{
	before=$(stat_of allocs)
	result=$(sh ./replay play <"$work/pattern") || return 1
	echo "# $result"
	[ "$result" = "allocated=$allocs refused=0 freed=$frees" ] || return 1
	[ $(($(stat_of allocs) - before)) = "$allocs" ]
}

# Compare the number of areas and pages that the pattern leaves with `areas`.
the_same_is_left()
{
	page=$(sed -n 's/^# page size //p' "$work/record")
	page=${page:-4096}
	wanted=$(awk -v page="$page" '
		$1 == "alloc" { n++; pages[$2] = int(($3 + page - 1) / page); sum += pages[$2] }
		$1 == "free" { n--; sum -= pages[$2] }
		END { print n + 0, sum + 0 }' "$work/pattern")
	# Leave out the area that vmx_user.ko holds; insmod requested it.
	found=$(grep -v 'comm=insmod' "$VMX/areas" | sed -n 's/^0x.* pages=\([0-9]*\) .*/\1/p' |
		awk '{ n++; sum += $1 } END { print n + 0, sum + 0 }')
	echo "# areas and pages: $found, in the pattern $wanted"
	[ "$found" = "$wanted" ]
}

# Print the pattern on one line, without its keys.
shape()
{
	sed 's/^alloc [^ ]*/alloc/; s/^free .*/free/' "$work/pattern" | tr '\n' ';'
}

# Convert a record from another machine, in the format of trace-cmd report.
another_machine()
{
	cat >"$work/record" <<-END
	cpus=2
	  modprobe-9 [000] 1.0: alloc_vmap_area:      va_start: 18446683600570023936 size=20480 align=4096 vstart=0x1 vend=0x2 failed=0
	  modprobe-9 [001] 1.1: alloc_vmap_area:      va_start: 18446683600570044416 size=8192 align=65536 vstart=0x1 vend=0x2 failed=0
	  modprobe-9 [001] 1.2: alloc_vmap_area:      va_start: 0 size=8192 align=4096 vstart=0x1 vend=0x2 failed=1
	  modprobe-9 [001] 1.3: free_vmap_area_noflush: va_start=0xffffc90000001000 nr_lazy=1 nr_lazy_max=2
	  modprobe-9 [001] 1.4: free_vmap_area_noflush: va_start=0xffffc90000000000 nr_lazy=1 nr_lazy_max=2
	END
	sh ./replay convert <"$work/record" >"$work/pattern" || return 1
	[ "$(shape)" = "alloc 16384 4096;alloc 4096 65536;free;" ] &&
		[ "$(sed -n 's/^alloc \([0-9]*\) 16384.*/\1/p' "$work/pattern")" = \
		  "$(sed -n 's/^free //p' "$work/pattern")" ]
}

# Convert snapshots of /proc/vmallocinfo: the record on a kernel without the
# tracepoints of vmalloc.
readings()
{
	cat >"$work/record" <<-END
	# vmallocinfo
	0x1000-0x3000    8192 there_before
	# vmallocinfo
	0x1000-0x3000    8192 there_before
	0x5000-0x9000   16384 new
	# vmallocinfo
	0x5000-0x9000   16384 new
	0xa000-0xc000    8192 new
	# vmallocinfo
	0xa000-0xc000    8192 new
	END
	sh ./replay convert <"$work/record" >"$work/pattern" || return 1
	[ "$(shape)" = "alloc 12288 4096;alloc 4096 4096;free;" ]
}

larger_pages()
{
	cat >"$work/record" <<-END
	# page size 16384
	  modprobe-9 [000] 1.0: alloc_vmap_area:      va_start: 18446683600570023936 size=49152 align=16384 vstart=0x1 vend=0x2 failed=0
	END
	sh ./replay convert <"$work/record" >"$work/pattern" || return 1
	[ "$(shape)" = "alloc 32768 16384;" ]
}

both_kinds()
{
	another_machine && readings && larger_pages
}

grep -q '^vmx ' /proc/modules && rmmod vmx
insmod "$VMX_KO" slice=32M lazy_max=1G magazines=0
vmx_test "records" records
vmx_test "converts" converts
vmx_test "plays" plays
vmx_test "same areas and pages left" the_same_is_left
vmx_test "records of both formats" both_kinds
echo all >"$VMX/free"
rmmod vmx_user
rmmod vmx
rm -rf "$work"
ktap_finished

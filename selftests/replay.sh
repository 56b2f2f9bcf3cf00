#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# replay.sh - vmxctl records what the kernel allocates and frees while modules are
# loaded and unloaded, and plays it in the slice. At the end the slice has as many
# areas and pages as the record.

cd "$(dirname "$0")" || exit 1
. ./vmx_lib.sh
instance=/sys/kernel/tracing/instances/vmx_replay

# Make the kernel allocate and free: modules and kernel stacks of processes.
busy()
{
	insmod "$VMX_USER" && sleep 0.4
	for _ in 1 2 3 4 5 6; do
		(sleep 0.2) &
	done
	sleep 0.4
	rmmod vmx_user && sleep 0.4
	insmod "$VMX_USER" && sleep 0.4
}

# The kernel's own text of the tracepoints is a witness, if there are any: tracing_on begins
# and ends it at one moment for all of them.
if [ "${1:-}" = busy ]; then
	# A killed run may have left one.
	rmdir "$instance" 2> /dev/null
	mkdir "$instance" 2> /dev/null && {
		echo 0 > "$instance/tracing_on"
		echo mono > "$instance/trace_clock"
		echo 1 2> /dev/null > "$instance/events/vmalloc/enable"
		echo 1 > "$instance/tracing_on"
	}
	busy
	[ ! -d "$instance" ] || {
		echo 0 > "$instance/tracing_on"
		cat "$instance/trace" > "$2"
		rmdir "$instance"
	}
	exit
fi
vmx_start_tool 9

# Without tracepoints, or without libtracefs, record compares readings.
has_tracepoints()
{
	[ -d /sys/kernel/tracing/events/vmalloc ]
}

has_libtracefs()
{
	grep -q 'libtracefs\.so' "$(command -v vmxctl)"
}

count()
{
	grep -c "$1" "$2"
}

records()
{
	vmxctl record "$work/record" sh "$PWD/replay.sh" busy "$work/trace" \
		> /dev/null 2> "$work/stderr" ||
		{ sed 's/^/# /' "$work/stderr"; return 1; }
	allocs=$(count '^alloc ' "$work/record") frees=$(count '^free ' "$work/record")
	page=$(sed -n 's/^# vmxctl record.* page=//p' "$work/record")
	echo "# $allocs allocations, $frees frees"
	[ "$allocs" -ge 2 ] && [ "$frees" -ge 1 ] && ! grep -q lost "$work/stderr"
}

# The trace in the form of a record.
witnessed()
{
	sed -n -e 's/.* alloc_vmap_area: *va_start: \([0-9]*\) size=\([0-9]*\) align=\([0-9]*\) .* failed=0$/alloc \1 \2 \3/p' \
		-e 's/.* free_vmap_area_noflush: *va_start=\(0x[0-9a-f]*\) .*/free \1/p' "$work/trace" |
		while read -r what addr size align; do
			[ "${size:-0}" -le "$page" ] || size=$((size - page))
			printf '%s 0x%x%s\n' "$what" "$addr" "${size:+ $size $align}"
		done
}

# The trace began later and ended earlier than the record, and between the two nothing is missing
# and nothing is too much. Two CPUs may do something at the same time, so the order is left out.
records_all()
{
	if ! has_tracepoints || ! has_libtracefs; then
		echo "# $(head -n 1 "$work/stderr")"
		grep -q 'no tracepoints' "$work/stderr"
		return
	fi
	witnessed > "$work/lines"
	first=$(head -n 1 "$work/lines") nr=$(wc -l < "$work/lines")
	sort "$work/lines" > "$work/expected"
	grep '^[af][lr]' "$work/record" > "$work/lines"
	# An address may be used several times.
	# shellcheck disable=SC2013	# they are numbers
	for start in $(grep -nxF "$first" "$work/lines" | cut -d : -f 1); do
		tail -n "+$start" "$work/lines" | head -n "$nr" | sort > "$work/got"
		cmp -s "$work/expected" "$work/got" && return
	done
	echo "# the $nr events of the trace are not together in the record; the last difference:"
	diff "$work/expected" "$work/got" | head -n 20 | sed 's/^/# /'
	return 1
}

# With --vmx: the requests to the module, also what is undone after a refusal.
records_requests()
{
	vmxctl record --vmx "$work/requests" sh -c 'exec > /dev/null 2>&1
		vmxctl alloc 4096 64K align=64K; vmxctl free all
		vmxctl alloc 20M 20M; true' 2> "$work/stderr"
	code=$?
	has_libtracefs || {
		echo "# built without libtracefs"
		[ $code = 4 ] && grep -q 'tracepoints only' "$work/stderr"
		return
	}
	requests=$(sed '1d; s/ 0x[^ ]*//' "$work/requests" | tr '\n' ';')
	echo "# $requests"
	[ $code = 0 ] && [ "$requests" = "alloc 4096 1;alloc 65536 65536;free;free;alloc 20971520 1;fail 20971520 1;free;" ]
}

stat_of()
{
	sed -n "s/^$1 //p" "$VMX/stats"
}

# played FILE [OPTION...]: play it, and print what was allocated, refused, freed, failed, fitted
played()
{
	vmxctl replay "$@" > "$work/table" || return 1
	awk 'NR == 2 { print $2, $3, $4, $5, $6 }' "$work/table"
}

plays()
{
	before=$(stat_of allocs)
	result=$(played "$work/record") || return 1
	echo "# $result"
	[ "${result%% *}" = "$allocs" ] && [ "$(echo "$result" | cut -d ' ' -f 2)" = 0 ] &&
		[ $(($(stat_of allocs) - before)) = "$allocs" ]
}

# Compare the number of areas and pages that the record leaves with `areas`.
the_same_is_left()
{
	wanted=$(awk -v page="$page" '
		$1 == "alloc" { sum += pages($3) - live[$2]; n += !live[$2]; live[$2] = pages($3) }
		$1 == "free" && live[$2] { n--; sum -= live[$2]; live[$2] = 0 }
		function pages(bytes) { return int((bytes + page - 1) / page) }
		END { print n + 0, sum + 0 }' "$work/record")
	# Leave out the area that vmx_user.ko holds; insmod requested it.
	found=$(grep -v 'comm=insmod' "$VMX/areas" | sed -n 's/^0x.* pages=\([0-9]*\) .*/\1/p' |
		awk '{ n++; sum += $1 } END { print n + 0, sum + 0 }')
	echo "# areas and pages: $found, in the record $wanted"
	echo all > "$VMX/free"
	[ "$found" = "$wanted" ]
}

# left FILE RESULT REQUESTS: play it; these areas must be left, in the order of their making.
left()
{
	result=$(played "$1")
	requests=$(grep -v comm=insmod "$VMX/areas" |
		sed -n 's/.* id=\([0-9]*\) req=\([0-9]*\).*/\1 \2/p' | sort -n | cut -d ' ' -f 2 | xargs)
	[ -z "$requests" ] || echo all > "$VMX/free"
	[ "$result" = "$2" ] && [ "$requests" = "$3" ] && return
	echo "# $result, not $2; left: $requests, not $3"
	return 1
}

forms()
{
	cat > "$work/form" <<-END
	cpus=2
	  modprobe-9 [000] 1.0: alloc_vmap_area:      va_start: 18446683600570023936 size=20480 align=4096 vstart=0x1 vend=0x2 failed=0
	  modprobe-9 [001] 1.1: alloc_vmap_area:      va_start: 18446683600570044416 size=8192 align=65536 vstart=0x1 vend=0x2 failed=0
	  modprobe-9 [001] 1.2: alloc_vmap_area:      va_start: 0 size=12288 align=4096 vstart=0x1 vend=0x2 failed=1
	  modprobe-9 [001] 1.3: free_vmap_area_noflush: va_start=0xffffc90000001000 nr_lazy=1 nr_lazy_max=2
	  modprobe-9 [001] 1.4: free_vmap_area_noflush: va_start=0xffffc90000000000 nr_lazy=1 nr_lazy_max=2
	END
	left "$work/form" "2 0 1 1 1" 4096 || return 1
	cat > "$work/form" <<-END
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
	left "$work/form" "2 0 1 0 0" 4096 || return 1
	cat > "$work/form" <<-END
	# page size 16384
	  modprobe-9 [000] 1.0: alloc_vmap_area:      va_start: 18446683600570023936 size=49152 align=16384 vstart=0x1 vend=0x2 failed=0
	END
	left "$work/form" "1 0 0 0 0" 32768 || return 1
	cat > "$work/form" <<-END
	0xffffc90000008000-0xffffc9000000d000   20480 b+0x1/0x2 pages=4 vmalloc N0=4
	0xffffc90000000000-0xffffc90000003000   12288 a+0x1/0x2 pages=2 vmalloc N0=2
	END
	left "$work/form" "2 0 0 0 0" "8192 16384" || return 1
	printf 'alloc 1 8192 4096\nfail 1073741824 4096\nfree 1\nalloc 1 4096 4096\n' > "$work/form"
	left "$work/form" "2 0 1 1 0" 4096
}

# Four plays, each from the same start: nothing is left.
compares()
{
	played "$work/record" --fit all > "$work/first" || return 1
	sed 's/^/# /' "$work/table"
	[ "$(cut -d ' ' -f 1 "$work/first")" = "$allocs" ] &&
		[ "$(sed -n '2,5s/ .*//p' "$work/table" | xargs)" = "first best last next" ] &&
		[ "$(grep -v comm=insmod "$VMX/areas" | grep -c '^0x')" = 0 ] &&
		[ "$(stat_of quarantined_bytes)" = 0 ]
}

# A bar for each sample that is not 0, in the class of its fit. Alignment leaves holes.
draws()
{
	awk 'BEGIN { for (i = 0; i < 200; i++) { print "alloc", i, 8192, 65536; if (i % 3) print "free", i } }' \
		> "$work/form"
	if vmxctl --help | grep -q '^  snapshot .*not in this build'; then
		echo "# built without jansson: how many bars there must be is not known"
		vmxctl replay "$work/form" --fit all --svg "$work/svg" || return 1
		for fit in first best last next; do
			grep -q "class=\"$fit\"" "$work/svg" || return 1
		done
		return
	fi
	vmxctl replay "$work/form" --fit all --json --svg "$work/svg" | sed 's/{"fit"/\n&/g' |
		awk -F '"' '$2 == "fit" {
			all = gsub(/"fragmentation":/, "&")
			print $4, all - gsub(/"fragmentation":0\.0[,}]/, "&") }' \
		> "$work/expected"
	for fit in first best last next; do
		echo "$fit $(grep -c "class=\"$fit\"" "$work/svg")"
	done > "$work/got"
	sed 's/^/# /' "$work/got"
	grep -q ' [1-9]' "$work/expected" && cmp "$work/expected" "$work/got"
}

# ends CODE COMMAND...: vmxctl must end so, and say why
ends()
{
	wanted=$1
	shift
	vmxctl "$@" > /dev/null 2> "$work/stderr"
	code=$?
	[ $code = "$wanted" ] && [ -s "$work/stderr" ] && return
	echo "# vmxctl $*: exit code $code, not $wanted"
	return 1
}

refuses()
{
	printf 'alloc 1 8192 4096\nalloc 2 x\n' > "$work/bad"
	before=$(stat_of allocs)
	ends 1 replay "$work/bad" && grep -q 'line 2' "$work/stderr" &&
		ends 1 replay "$VMX_KO" && ends 1 replay /dev/null && ends 4 replay "$work/nothing" &&
		ends 2 replay "$work/record" --fit worst && [ "$(stat_of allocs)" = "$before" ] &&
		ends 1 record "$work/failed" false && grep -q 'false failed' "$work/stderr" &&
		ends 1 record "$work/failed" /nothing
}

insmod "$VMX_KO" slice=32M lazy_max=1G magazines=0
kptr=$(cat /proc/sys/kernel/kptr_restrict)
echo 1 > /proc/sys/kernel/kptr_restrict
vmx_test "records" records
vmx_test "records what a trace has" records_all
vmx_test "records requests" records_requests
vmx_test "plays" plays
vmx_test "same areas and pages left" the_same_is_left
vmx_test "compares the fits" compares
vmx_test "draws the fits" draws
vmx_test "traces, readings, failed requests" forms
vmx_test "refuses what is no record, tells failing commands" refuses
echo "$kptr" > /proc/sys/kernel/kptr_restrict
rmmod vmx_user
rmmod vmx
rm -rf "$work"
ktap_finished

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# counts.sh: print the pagemap entries of a process, for the file count of swap_map
#
# usage: counts.sh PID > /sys/kernel/debug/swap_map/count

page=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' "/proc/$1/smaps") && [ "$page" ] || exit 1
while IFS=' -' read -r start end rest; do
	# It lies above all addresses that pagemap has.
	case $rest in *vsyscall*) continue ;; esac
	dd if="/proc/$1/pagemap" bs=8 skip=$((0x$start / page)) \
		count=$(((0x$end - 0x$start) / page)) status=none || exit 1
done <"/proc/$1/maps"

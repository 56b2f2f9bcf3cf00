#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# counts.sh: print the pagemap entries of a process, for the file count of swap_map
#
# usage: counts.sh PID > /sys/kernel/debug/swap_map/count

while IFS=' -' read -r start end rest; do
	# It lies above all addresses that pagemap has.
	case $rest in *vsyscall*) continue ;; esac
	dd if="/proc/$1/pagemap" bs=8 skip=$((0x$start / 4096)) \
		count=$(((0x$end - 0x$start) / 4096)) 2>/dev/null
done <"/proc/$1/maps"

# SPDX-License-Identifier: GPL-2.0
# left_out.awk: which of the guests' answers are no figures, and why

$2 == "clock" || $2 == "-" && $4 ~ /^([0-9]+|ok)$/ || $4 ~ /^[0-9.]+$/ { next }

{
	if (!n++)
		print "\nLeft out:\n"
	why = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", why)
	printf "  init_on_alloc=%s %s %s: %s\n", $1, $2, $3, why
}

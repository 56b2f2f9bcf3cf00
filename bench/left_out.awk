# SPDX-License-Identifier: GPL-2.0
# left_out.awk: print the answers of the guests that are not figures, and why

$2 == "clock" || $2 == "-" && $4 ~ /^([0-9]+|ok)$/ || $4 ~ /^[0-9.]+$/ { next }

{
	if (!n++)
		print "\nLeft out:\n"
	why = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", why)
	printf "  init_on_alloc=%s %s %s: %s\n", $1, $2, $3, why
}

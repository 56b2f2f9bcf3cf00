# SPDX-License-Identifier: GPL-2.0
# skipped-everywhere.awk: name the tests that some guest skipped and no guest passed
#
# Reads the KTAP streams of all guests, one after the other. Prints for each such test
# the number of guests that skipped it, and its name. Only collections whose name
# matches must_run count.

# "# selftests: vmx: race" begins a program of the collection vmx.
/^# selftests: / {
	counts = $3 ~ "^(" must_run "):$"
	program = $NF
}

/^# ok / && counts {
	name = $0
	sub(/\r$/, "", name)
	sub(/^# ok [0-9]+ (- )?/, "", name)
	was_skipped = sub(/ *# SKIP.*/, "", name)
	name = program ": " name
	if (was_skipped)
		skipped[name]++
	else
		passed[name]
}

END {
	for (name in skipped)
		if (!(name in passed))
			print skipped[name], name
}

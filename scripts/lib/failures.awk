# SPDX-License-Identifier: GPL-2.0
# failures.awk: of a log with KTAP streams, print the tests that failed, each with its
# guest and the last lines that it wrote; of a log that names none, print the end

{ end[NR % 12] = $0 }
/^# guest: [^ ]+$/ { guest = $3 }
/^# guest: [^ ]+: [A-Z]+:/ && $4 != "PASS:" { print; found = 1 }
/^# every guest skipped|: this counts as failed$|^LOSS / { print; found = 1 }

/^(# )*not ok/ {
	for (i = n > 9 ? n - 9 : 0; i < n; i++)
		print "    " said[i]
	print (guest ? guest ": " : "") $0
	found = 1
}
/^(# )*(not )?ok/ || / RUN / { n = 0; next }
{ said[n++] = $0 }

END {
	for (i = NR + 1; !found && i <= NR + 12; i++)
		if (i % 12 in end)
			print "    " end[i % 12]
}

# SPDX-License-Identifier: GPL-2.0
# ktap.awk: judge the KTAP stream of a guest that ran kselftests
#
# programs is the number of test programs that the guest was to run. Prints one line,
# "VERDICT PASSED FAILED SKIPPED REASON": the worst of SHORT, EMPTY, FAIL that the
# stream shows, or PASS; the counts of tests; the first reason for that verdict.
#
# There are two levels. The outer plan and results are the runner's, one result for
# each program. Lines behind "# " are the program's own, and the tests counted are
# these. The runner's word is not enough: its "ok" hides skipped tests and tests that
# were planned but did not run.

BEGIN {
	outer_plan = -1
	next_program()
}

{ sub(/\r$/, "") }

/^1\.\.[0-9]+/ { outer_plan = substr($0, 4) + 0; next }
/^# 1\.\.[0-9]+/ { plan = substr($0, 6) + 0; next }

# A test's result.
/^# (not )?ok [0-9]+/ {
	line = substr($0, 3)
	if (number(line) != ++seen)
		found("SHORT", "a result is missing before: " line)
	if (line ~ /^not ok/) {
		failed++
		bad++
		found("FAIL", line)
	} else if (line ~ /# SKIP/) {
		skipped++
	} else {
		passed++
	}
	next
}

# A program's result.
/^(not )?ok [0-9]+/ {
	name = $0
	sub(/^(not )?ok [0-9]+ (selftests: )?/, "", name)
	if (number($0) != ++ended)
		found("SHORT", "a program is missing before: " name)
	if (/^ok .*# SKIP/ && !seen) {
		skipped++
	} else if (/^not ok/) {
		# If its own results said so, that has been counted.
		if (!bad) {
			failed++
			found("FAIL", name)
		}
		if (plan > seen)
			found("SHORT", name ": " seen " of " plan " tests")
	} else if (plan <= 0) {
		failed++
		found("EMPTY", name ": no tests")
	} else if (plan != seen) {
		failed++
		found("SHORT", name ": " seen " of " plan " tests")
	} else if (bad) {
		found("FAIL", name)
	}
	next_program()
	next
}

END {
	if (outer_plan <= 0)
		found("EMPTY", "the guest ran no tests")
	else if (ended != outer_plan)
		found("SHORT", ended + 0 " of " outer_plan " programs ended")
	else if (outer_plan != programs)
		found("SHORT", outer_plan " of " programs " programs were run")

	n = split("SHORT EMPTY FAIL", order)
	for (i = 1; i <= n && !(order[i] in reason); i++)
		;
	if (i > n)
		reason[order[i] = "PASS"] = "complete"
	printf "%s %d %d %d %s\n", order[i], passed, failed, skipped, reason[order[i]]
}

function found(verdict, why)
{
	if (!(verdict in reason))
		reason[verdict] = why
}

function next_program()
{
	plan = -1
	seen = bad = 0
}

# The number of a result line.
function number(line)
{
	sub(/^(not )?ok /, "", line)
	return line + 0
}

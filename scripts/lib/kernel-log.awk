# SPDX-License-Identifier: GPL-2.0
# kernel-log.awk: leave out reports of the kernel's own races and leaks, and mark those
# that a test wants
#
# Prints a kernel log without
# - reports of KCSAN in whose stacks there is no function of vmx's modules. They stand
#   between two lines of "=". The part of a stack below an interrupt belongs to the
#   interrupted task, which has no part in the race, so it does not count. Nor do the
#   places where the task switched interrupts on and off last: it has left them.
# - the number of leaks that kmemleak logs, if the test that has read kmemleak's
#   report logs next that all of them are the kernel's.
# In a report of KASAN about wrong_access() of the module vmx_proof, "BUG: KASAN" becomes
# "wanted": that function does nothing but ask for such a report.

/BUG: KASAN: [a-z-]+ in wrong_access\+[0-9a-fx\/]+ \[vmx_proof\]$/ { sub(/BUG: KASAN/, "wanted") }

/\] =+$/ {
	inside = !inside
	if (!inside && (report !~ /KCSAN/ || ours))
		printf "%s", report
	report = ""
	ours = interrupted = 0
	next
}

inside {
	report = report $0 "\n"
	if (/^(\[[^]]*\])+ *$/)		# an empty line: another stack follows
		interrupted = 0
	if (!interrupted && !/irqs last +(en|dis)abled at / && /\[vmx/)
		ours = 1
	if (/ asm_[a-z_]*(interrupt|sysvec)/)
		interrupted = 1
	next
}

/kmemleak: [0-9]/ { leaks = leaks $0 "\n"; next }
/proof: what kmemleak reports is the kernel/ { leaks = "" }
{ print }

END { printf "%s%s", report, leaks }

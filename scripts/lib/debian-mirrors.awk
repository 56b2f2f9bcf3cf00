# SPDX-License-Identifier: GPL-2.0
# debian-mirrors.awk: choose the mirrors of Debian's main from apt's index targets
#
# Reads lines "CREATED-BY COMPONENT SUITE URI FILE:LINE" of "apt-get indextargets";
# codename is the machine's release. Writes lines "URI FILE". A mirror is chosen once,
# though apt names it for each suite, architecture and kind of index. The last lines
# are guesses: a mirror's security updates are usually beside it.

$1 == "Packages" && $2 == "main" && $3 ~ "^(" codename "|oldstable|stable|testing|unstable|sid)(-updates|-security|-backports)?$" && !seen[$4]++ {
	file[$4] = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "", file[$4])
	sub(/:[0-9]+$/, "", file[$4])
	print $4, file[$4]
	mirrors[++n] = $4
}

END {
	for (i = 1; i <= n; i++) {
		guess = mirrors[i]
		if (sub(/\/debian\/$/, "/debian-security/", guess) && !seen[guess]++)
			print guess, file[mirrors[i]]
	}
}

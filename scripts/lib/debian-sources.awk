# SPDX-License-Identifier: GPL-2.0
# debian-sources.awk: choose Debian's main from apt's index targets
#
# Reads lines "CREATED-BY COMPONENT SUITE URI FILE:LINE" of "apt-get indextargets";
# codename is the release's name. Writes a sources.list, each line with the place
# where the source was found as a comment. A source is chosen once, though apt
# names it for each architecture and kind of index.

BEGIN {
	wanted[codename]
	wanted[codename "-updates"]
	wanted[codename "-security"]
}

$1 == "Packages" && $2 == "main" && $3 in wanted && !seen[$3, $4]++ {
	place = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "", place)
	print "deb", $4, $3, "main #", place
}

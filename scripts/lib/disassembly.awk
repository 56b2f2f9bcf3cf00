# SPDX-License-Identifier: GPL-2.0
# disassembly.awk: write beside each instruction how often it was executed
#
# Reads the plugin's counts (a title, then lines "ADDRESS SHORTEST ALL"), and then the
# output of objdump -dl for one function. start is that function's address in the
# guest. The count printed is the one of the shortest pair.

# Addresses in the kernel differ only in their last 32 bits, and awk's numbers have 53.
# An array's index must be small, so it counts from the function's start.
function offset_of(hex, base,    i, n)
{
	for (i = length(hex) > 8 ? length(hex) - 7 : 1; i <= length(hex); i++)
		n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return n - base
}

BEGIN { start = offset_of(start, 0) }

NR == FNR { count[offset_of($1, start)] = $2; next }

/^Disassembly|^$|file format/ { next }

# "0000000000001230 <vmx_alloc>:"
/^[0-9a-f]+ </ { base = offset_of($1, 0) }

# "    1234:	mov ..."
/^ *[0-9a-f]+:\t/ {
	hex = $1
	sub(/:$/, "", hex)
	n = count[offset_of(hex, base)]
	printf "%9s%s\n", (n ? n : ""), $0
	next
}

# A source line: without the folders.
/^\// { sub(/.*\//, "") }
{ print }

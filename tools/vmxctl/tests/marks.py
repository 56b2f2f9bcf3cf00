# SPDX-License-Identifier: GPL-2.0
# marks.py: make a file map of random characters, or say what a terminal of other cells shows
#
# usage: marks.py make COUNT KIB START >map
#        marks.py show TIMES <map: each character for TIMES of the file
import random
import sys

LOOKS = "#HcgQ"		# of as many, the first


def show(cell):
    cell = cell.replace("p", "Q")	# parked
    counts = [cell.count(look) for look in LOOKS]
    most = max(counts)
    # A "," is a hole, but not all of it.
    if cell.count(".") + cell.count(",") >= most + (cell.count(",") > 0):
        return "." if cell == "." * len(cell) else ","
    return LOOKS[counts.index(most)]


if sys.argv[1] == "make":
    count, kib, start = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4], 16)
    random.seed(1)
    marks = "".join(random.choice(".,#HgcQp") * random.choice((1, 2, 5, 40)) for _ in range(count))
    print("# vmx map 1: a character is %d KiB (%d pages), a line %d KiB" % (kib, kib / 4, kib * 64))
    print("# by what most of it is: . hole\n#      and so on")
    for i in range(0, count, 64):
        print("0x%016x %s" % (start + i * kib * 1024, marks[i:min(i + 64, count)]))
else:
    times = int(sys.argv[2])
    marks = "".join(line.split()[1] for line in sys.stdin if line[0] != "#")
    print("".join(show(marks[i:i + times]) for i in range(0, len(marks), times)))

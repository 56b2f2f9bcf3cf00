#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Read a text of the file pgtables without vmxctl.

pgtables.py FILE            one line for each run: start, size, level, flags, frames
pgtables.py FILE 0xFRAME    the addresses that reach this frame
pgtables.py FILE --frames   some frames: the first one, the last, those that are mapped twice
"""
import collections
import re
import sys

runs = []
for line in open(sys.argv[1]):
    match = re.match(r"0x([0-9a-f]+)-0x([0-9a-f]+) +\d+[BKMGTPE] (.*)", line)
    if not match:
        continue
    start, end = int(match[1], 16), int(match[2], 16)
    words = match[3].split()
    level = next(w for w in words if w in ("pgd", "p4d", "pud", "pmd", "pte"))
    flags = [w for w in words[: words.index(level)] if w.strip(".")]
    if not flags:
        continue
    frames = next((w[7:] for w in words if w.startswith("frames=")), "-")
    runs.append((start, (end - start) % (1 << 64), level, flags, frames))


def told(run):
    """Each frame that a run tells, with its address."""
    pieces = [p for p in run[4].split(",") if p.startswith("0x")]
    pairs = [tuple(int(x, 16) for x in p.split("-")) for p in pieces]
    count = sum(b - a for a, b in pairs)
    page = PAGE if "..." in run[4] else run[1] // count
    address = run[0]
    for a, b in pairs:
        for frame in range(a, b):
            yield frame, address
            address += page


whole = next(r for r in runs if r[4] != "-" and "..." not in r[4])
PAGE = whole[1] // sum(
    int(p.split("-")[1], 16) - int(p.split("-")[0], 16) for p in whole[4].split(",")
)
if len(sys.argv) == 2:
    for start, size, level, flags, frames in runs:
        print(f"0x{start:016x} {size} {level} {' '.join(sorted(flags))} {frames}")
else:
    where = collections.defaultdict(list)
    for run in runs:
        for frame, address in told(run):
            where[frame].append(address)
    if sys.argv[2] == "--frames":
        twice = [f for f in where if len(where[f]) > 1]
        for frame in [min(where), max(where)] + twice[:3]:
            print(f"0x{frame:x}")
    else:
        for address in where[int(sys.argv[2], 16)]:
            print(f"0x{address:016x}")

# SPDX-License-Identifier: GPL-2.0
# holes.py: the holes of a /proc/vmallocinfo, found without a look at vmxctl
import json
import re
import sys

areas = []
for line in open(sys.argv[1]):
    match = re.match(r"0x([0-9a-f]+)-0x([0-9a-f]+) +(\d+)", line)
    areas.append((int(match[1], 16), int(match[2], 16)))
areas.sort()
used = sum(end - start for start, end in areas)
stretches = [[areas[0]]]
for area in areas[1:]:
    gap = area[0] - stretches[-1][-1][1]
    if gap > used and gap > 2**30:
        stretches.append([])
    stretches[-1].append(area)

result = {"count": 0, "bytes": 0, "largest": 0, "largest_at": None, "stretches": []}
for stretch in stretches:
    holes = [(b[0] - a[1], a[1]) for a, b in zip(stretch, stretch[1:]) if b[0] > a[1]]
    result["count"] += len(holes)
    result["bytes"] += sum(size for size, _ in holes)
    for size, at in holes:
        if size > result["largest"]:
            result["largest"], result["largest_at"] = size, f"0x{at:016x}"
    result["stretches"].append({
        "start": f"0x{stretch[0][0]:016x}", "end": f"0x{stretch[-1][1]:016x}",
        "holes": len(holes), "hole_bytes": sum(size for size, _ in holes),
        "largest": max((size for size, _ in holes), default=0)})
print(json.dumps(result))

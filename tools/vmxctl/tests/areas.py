# SPDX-License-Identifier: GPL-2.0
# areas.py: make a snapshot with N areas, of two pages each, with a hole behind each
import json
import sys

count = int(sys.argv[1])
start, step = 0xffffc90000000000, 0x3000
end = start + count * step
head = " slice=0x%x-0x%x\n" % (start, end)
areas = "# vmx areas 1" + head + "".join(
    "0x%x-0x%x 8192 make_area+0x1/0x2 [vmx] pages=1 vmalloc N0=1 id=%d req=4096 pid=%d comm=sh\n" %
    (start + i * step, start + i * step + 8192, i + 1, i % 1000) for i in range(count))
gaps = "# vmx gaps 1" + head + "".join(
    "0x%x-0x%x 4096\n" % (start + i * step + 8192, start + (i + 1) * step) for i in range(count))
gaps += "# count=%d total=%d largest=4096 fragmentation=1.000 quarantined=0 guard=%d\n" % (
    count, count * 4096, count * 4096)
json.dump({"vmxctl_snapshot": 2, "files": {
    "areas": areas, "gaps": gaps, "stats": "version 0.1.0\nallocs %d\nfrees 0\n" % count}},
    sys.stdout)

# SPDX-License-Identifier: GPL-2.0
# map.py: what `vmxctl map --json` must say, from the JSON of the whole map and of the areas
#
# usage: map.py range START END <spans	the spans, cut at the ends of a range
#        map.py age|size|caller|owner AREAS	the colour of each area
import json
import re
import sys


def key(by, area, ids):
    if by == "age":
        quarters = ["oldest quarter", "older", "newer", "newest quarter"]
        return quarters[ids.index(area["id"]) * 4 // len(ids)]
    if by == "size":
        for limit, name in ((16, "to 16K"), (64, "to 64K"), (256, "to 256K"), (1024, "to 1M"),
                            (4096, "to 4M"), (16384, "to 16M")):
            if area["size"] <= limit * 1024:
                return name
        return "larger"
    if by == "caller":
        return re.sub(r"[+.][^ ]*", "", area["caller"])
    return "%s %d" % (area["comm"], area["pid"]) if area["comm"] else "no task"


if sys.argv[1] == "range":
    start, end = (int(word, 16) for word in sys.argv[2:])
    for span in json.load(sys.stdin):
        first, last = int(span["addr"], 16), int(span["addr"], 16) + span["size"]
        first, last = max(first, start), min(last, end)
        if first < last:
            print("0x%x %d %s" % (first, last - first, span["what"]))
else:
    with open(sys.argv[2], encoding="ascii") as file:
        areas = json.load(file)
    ids = sorted(area["id"] for area in areas)
    for area in areas:
        print(area["addr"], key(sys.argv[1], area, ids))

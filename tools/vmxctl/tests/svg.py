# SPDX-License-Identifier: GPL-2.0
# svg.py: compare the areas of a picture's rectangles with the JSON of the kinds, on stdin
#
# The scale is not told: all kinds must have the same one, and the rectangles of a kind
# must not be on each other.
import json
import sys

import layout

rects, texts = layout.read(sys.argv[1])
assert texts
areas, boxes = {}, []
for box, kind, _ in rects:
    if kind in (None, "background"):
        continue
    areas[kind] = areas.get(kind, 0) + (box.right - box.left) * (box.bottom - box.top)
    boxes.append((box.top, box.left, box.right))

wanted = {row["kind"]: row["size"] for row in json.load(sys.stdin)["rows"]}
assert set(areas) == set(wanted), (areas, wanted)
scale = sum(areas.values()) / sum(wanted.values())
for kind, size in wanted.items():
    assert abs(areas[kind] / scale / size - 1) < 0.002, (kind, areas[kind] / scale, size)

boxes.sort()
for one, other in zip(boxes, boxes[1:]):
    if one[0] == other[0]:
        assert one[2] <= other[1] + 0.01, (one, other)

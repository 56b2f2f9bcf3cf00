# SPDX-License-Identifier: GPL-2.0
# svg.py: compare the areas of a picture's rectangles with the JSON of the kinds, on stdin
#
# The scale is not told: all kinds must have the same one, and the rectangles of a kind
# must be inside the picture and not on each other.
import json
import sys
import xml.etree.ElementTree as xml

root = xml.parse(sys.argv[1]).getroot()
name = "{http://www.w3.org/2000/svg}"
width, height = float(root.get("width")), float(root.get("height"))
areas, boxes = {}, []
for box in root.iter(name + "rect"):
    x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
    assert x >= 0 and y >= 0 and x + w <= width + 0.01 and y + h <= height + 0.01, box.attrib
    if box.get("class") in (None, "background"):
        continue
    areas[box.get("class")] = areas.get(box.get("class"), 0) + w * h
    boxes.append((y, x, w, h))

wanted = {row["kind"]: row["size"] for row in json.load(sys.stdin)["rows"]}
assert set(areas) == set(wanted), (areas, wanted)
scale = sum(areas.values()) / sum(wanted.values())
for kind, size in wanted.items():
    assert abs(areas[kind] / scale / size - 1) < 0.002, (kind, areas[kind] / scale, size)

boxes.sort()
for one, other in zip(boxes, boxes[1:]):
    if one[0] == other[0]:
        assert one[1] + one[2] <= other[1] + 0.01, (one, other)

texts = [(float(t.get("y")), float(t.get("x")), t) for t in root.iter(name + "text")]
assert texts
for y, x, text in texts:
    size = float(text.get("font-size")) * 0.62 * len(text.text)
    left = x - size if text.get("text-anchor") == "end" else x
    assert 0 <= left and left + size <= width and y <= height, text.text

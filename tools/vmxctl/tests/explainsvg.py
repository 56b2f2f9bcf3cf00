# SPDX-License-Identifier: GPL-2.0
# explainsvg.py: check the layout of a picture of vmxctl explain, and print what it shows
#
# No text lies on another one or outside, each box holds its text, and no coloured rectangle
# lies on another one. Printed are the texts of each row of boxes, and of the bits "1" and "0".
import sys
import xml.etree.ElementTree as xml

root = xml.parse(sys.argv[1]).getroot()
name = "{http://www.w3.org/2000/svg}"
width, height = float(root.get("width")), float(root.get("height"))


def overlap(a, b):
    return a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1


texts = []
for text in root.iter(name + "text"):
    size = float(text.get("font-size"))
    long = 0.62 * size * sum(2 if ord(c) > 0x2e80 else 1 for c in text.text)
    x, y = float(text.get("x")), float(text.get("y"))
    x -= long if text.get("text-anchor") == "end" else 0
    texts.append((x, y - 0.75 * size, x + long, y + 0.25 * size, text.text))
for i, text in enumerate(texts):
    assert 0 <= text[0] and text[2] <= width and 0 <= text[1] and text[3] <= height, text
    for other in texts[:i]:
        assert not overlap(text, other), (text, other)

boxes = []
for box in root.iter(name + "rect"):
    x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
    assert x >= 0 and y >= 0 and x + w <= width and y + h <= height, box.attrib
    if box.get("class"):
        boxes.append((x, y, x + w, y + h, box.get("class")))
rows = {}
for i, box in enumerate(boxes):
    for other in boxes[:i]:
        assert not overlap(box, other) or {box[4], other[4]} == {"hole", "area"}, (box, other)
    inside = [text[4] for text in texts if overlap(box, text)]
    for text in texts:
        if overlap(box, text):
            assert box[0] <= text[0] and text[2] <= box[2] and box[1] <= text[1] and \
                text[3] <= box[3], (box, text)
    kind = box[4].split()[0].replace("differs", "element")
    if kind == "bit":
        inside = ["1" if box[4] == "bit one" else "0"]
    rows.setdefault((box[1], kind), []).append((box[0], inside[0] if inside else ""))
for (y, kind), cells in sorted(rows.items()):
    if kind in ("element", "frame", "slot", "bit"):
        print(kind, ("" if kind == "bit" else " ").join(text for x, text in sorted(cells)))

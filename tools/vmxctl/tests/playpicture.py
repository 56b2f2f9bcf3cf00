# SPDX-License-Identifier: GPL-2.0
# playpicture.py: check the picture that tests/playpicture.c draws, on stdin
#
# Every text and rectangle is inside, no text lies on another one or on a bar, and the heights
# of the bars are the fragmentation of the samples, of which the highest is 0.126.
import sys
import xml.etree.ElementTree as xml

root = xml.parse(sys.stdin).getroot()
name = "{http://www.w3.org/2000/svg}"
width, height = float(root.get("width")), float(root.get("height"))


def overlap(a, b):
    return a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1


things, bars = [], {}
for rect in root.iter(name + "rect"):
    x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    assert x >= 0 and y >= 0 and x + w <= width and y + h <= height, rect.attrib
    kind = rect.get("class")
    if kind == "background":
        things.append((x, y, x + w, y + h))
        ground, full = (x, y, x + w, y + h), h
    elif kind:
        assert ground[0] <= x and x + w <= ground[2] and abs(y + h - ground[3]) < 0.2, rect.attrib
        bars.setdefault(kind, []).append((h, rect.find(name + "title").text))
for text in root.iter(name + "text"):
    size = float(text.get("font-size"))
    long = 0.62 * size * len(text.text)
    x, y = float(text.get("x")), float(text.get("y"))
    x -= long if text.get("text-anchor") == "end" else 0
    box = (x, y - 0.75 * size, x + long, y + 0.25 * size)
    assert 0 <= box[0] and box[2] <= width and 0 <= box[1] and box[3] <= height, text.text
    assert not any(overlap(box, other) for other in things), text.text
    things.append(box)
assert sorted(bars) == ["-", "first"]
for kind, part in (("first", 1), ("-", 2)):
    assert len(bars[kind]) == 63
    for i, (h, title) in enumerate(bars[kind], 1):
        assert abs(h - full * i * part / 126) < 0.2, (i, h)
        assert title == "%d requests and frees: %.3f, %d holes, the largest 1.0M" % (
            i + 1, i * part / 1000, i + 1), title

# SPDX-License-Identifier: GPL-2.0
# layout.py: what the checks of pictures share
#
# read() takes a picture in SVG apart, and checks what holds for each one: nothing is outside,
# and no text lies on another one. How wide a text is depends on the font: 0.62 of its size for
# a character is enough, and twice that for a Chinese one.
import xml.etree.ElementTree as xml
from collections import namedtuple

SVG = "{http://www.w3.org/2000/svg}"

Box = namedtuple("Box", "left top right bottom")
# kind is the class of a rectangle, or None; title is what a browser shows of it, or None.
Rect = namedtuple("Rect", "box kind title")
Text = namedtuple("Text", "box text")


def overlap(a, b):
    return a.left < b.right - 0.1 and b.left < a.right - 0.1 and \
        a.top < b.bottom - 0.1 and b.top < a.bottom - 0.1


def holds(outer, inner):
    return outer.left <= inner.left + 0.01 and inner.right <= outer.right + 0.01 and \
        outer.top <= inner.top + 0.01 and inner.bottom <= outer.bottom + 0.01


def box_of_text(text):
    size = float(text.get("font-size"))
    long = 0.62 * size * sum(2 if ord(c) > 0x2e80 else 1 for c in text.text)
    x, y = float(text.get("x")), float(text.get("y"))
    x -= long if text.get("text-anchor") == "end" else 0
    return Box(x, y - 0.75 * size, x + long, y + 0.25 * size)


def read(file):
    """Return the rectangles and the texts of a picture."""
    root = xml.parse(file).getroot()
    page = Box(0, 0, float(root.get("width")), float(root.get("height")))
    rects, texts = [], []
    for rect in root.iter(SVG + "rect"):
        x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        rects.append(Rect(Box(x, y, x + w, y + h), rect.get("class"), rect.findtext(SVG + "title")))
        assert holds(page, rects[-1].box), rects[-1]
    for text in root.iter(SVG + "text"):
        texts.append(Text(box_of_text(text), text.text))
        assert holds(page, texts[-1].box), texts[-1]
        for other in texts[:-1]:
            assert not overlap(texts[-1].box, other.box), (texts[-1], other)
    return rects, texts

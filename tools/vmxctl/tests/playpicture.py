# SPDX-License-Identifier: GPL-2.0
# playpicture.py: check the picture that tests/playpicture.c draws, on stdin
#
# No text lies on a bar, and the heights of the bars are the fragmentation of the samples, of
# which the highest is 0.126.
import sys

import layout

rects, texts = layout.read(sys.stdin)
grounds, bars = [], {}
for box, kind, title in rects:
    if kind == "background":
        grounds.append(box)
    elif kind:
        # The bars of a play come behind its ground.
        ground = grounds[-1]
        assert layout.holds(ground, box) and abs(box.bottom - ground.bottom) < 0.2, box
        bars.setdefault(kind, []).append((box.bottom - box.top, title))
for text in texts:
    assert not any(layout.overlap(text.box, box) for box in grounds), text
assert sorted(bars) == ["-", "first"]
for kind, part in (("first", 1), ("-", 2)):
    assert len(bars[kind]) == 63
    for i, (height, title) in enumerate(bars[kind], 1):
        assert abs(height - (ground.bottom - ground.top) * i * part / 126) < 0.2, (i, height)
        assert title == "%d requests and frees: %.3f, %d holes, the largest 1.0M" % (
            i + 1, i * part / 1000, i + 1), title

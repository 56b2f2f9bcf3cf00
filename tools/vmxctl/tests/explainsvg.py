# SPDX-License-Identifier: GPL-2.0
# explainsvg.py: check the layout of a picture of vmxctl explain, and print what it shows
#
# Each box holds its text, and no coloured rectangle lies on another one. Printed are the texts
# of each row of boxes, and of the bits "1" and "0".
import sys

import layout

rects, texts = layout.read(sys.argv[1])
boxes = [rect for rect in rects if rect.kind]
rows = {}
for i, (box, kind, _) in enumerate(boxes):
    for other in boxes[:i]:
        assert not layout.overlap(box, other.box) or {kind, other.kind} == {"hole", "area"}, (box, other)
    inside = [text for text in texts if layout.overlap(box, text.box)]
    for text in inside:
        assert layout.holds(box, text.box), (box, text)
    shown = inside[0].text if inside else ""
    if kind.startswith("bit"):
        shown = "1" if kind == "bit one" else "0"
    row = kind.split()[0].replace("differs", "element")
    rows.setdefault((box.top, row), []).append((box.left, shown))
for (_, row), cells in sorted(rows.items()):
    if row in ("element", "frame", "slot", "bit"):
        print(row, ("" if row == "bit" else " ").join(text for _, text in sorted(cells)))

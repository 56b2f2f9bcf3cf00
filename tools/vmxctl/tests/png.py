# SPDX-License-Identifier: GPL-2.0
# png.py: decode a PNG: checksums, sizes, and more than two colours in it
import struct
import sys
import zlib

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
at, pixels, names = 8, b"", []
while at < len(data):
    length, name = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + length]
    assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
    if name == b"IHDR":
        width, height, depth, colour = struct.unpack(">IIBB", body[:10])
    elif name == b"IDAT":
        pixels += body
    names.append(name)
    at += 12 + length
assert names[-1] == b"IEND" and (depth, colour) == (8, 2)
pixels = zlib.decompress(pixels)
assert len(pixels) == height * (1 + 3 * width)
assert len(set(pixels)) > 10

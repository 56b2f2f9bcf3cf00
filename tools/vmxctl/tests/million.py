# SPDX-License-Identifier: GPL-2.0
# million.py: print a /proc/vmallocinfo of a million lines, not in address order
N = 1000000
for i in range(N):
    j = i * 7919 % N
    start = 0xffffc90000000000 + j * 0x6000
    print("0x%016x-0x%016x %7d %s_%d+0x%x/0x10000 pages=4 vmalloc N0=4" %
          (start, start + 0x5000, 0x5000, "bpf_prog" if j % 3 else "caller", j % 700, j % 700 * 16))

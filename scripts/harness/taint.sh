#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# taint: the tests pass, but somebody made the kernel doubtful.

echo 1..1
echo 64 >/proc/sys/kernel/tainted
echo ok 1 it works

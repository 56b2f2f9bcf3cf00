#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# pass: a program whose tests pass, but for one that is skipped.

echo 1..2
echo ok 1 it works
echo "ok 2 it is not here # SKIP"

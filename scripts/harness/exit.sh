#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# exit: a program whose tests pass and that then fails itself.

echo 1..1
echo ok 1 it works
exit 1

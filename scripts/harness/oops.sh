#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# oops: the kernel oopses.

echo 1..1
insmod /vmx/harness.ko do=oops
echo ok 1 it works

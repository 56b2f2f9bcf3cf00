#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# warn: the tests pass, but the kernel warns.

echo 1..1
insmod /vmx/harness.ko do=warn
echo ok 1 it works

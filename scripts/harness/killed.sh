#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# killed: the host kills the virtual machine meanwhile.

echo 1..1
echo ok 1 it can be killed now
echo '# the runner holds a line back until the next one'
sleep 1000

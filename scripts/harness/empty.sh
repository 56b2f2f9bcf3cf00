#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# empty: a program that plans no tests, and is content.

echo 1..0

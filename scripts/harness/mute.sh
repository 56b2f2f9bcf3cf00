#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mute: a program that says nothing, and is content.

exit 0

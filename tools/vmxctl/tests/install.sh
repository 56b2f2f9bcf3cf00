# SPDX-License-Identifier: GPL-2.0
# install.sh: make install; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

installs() {
	make -s -C "$source" O="$out" DESTDIR="$PWD/root" PREFIX=/usr install
	(cd root && find . -type f) | sort >files
	same "./usr/bin/vmxctl
./usr/share/bash-completion/completions/vmxctl
./usr/share/locale/zh_CN/LC_MESSAGES/vmxctl.mo
./usr/share/man/man1/vmxctl.1" "$(<files)"
	# The next run builds for here again.
	make -s -C "$source" O="$out"
}

try "install" installs

# SPDX-License-Identifier: GPL-2.0
#
# The verbs that a person types; "make help" lists them. Kbuild says what to build. Each
# of the verbs below is the script of that name in scripts/.

verbs := demo vm test test-all test-debug test-debug-all test-area test-harness test-gdb test-scripts test-tools test-docs check bench bench-check bench-scale

KDIR ?= /lib/modules/$(shell uname -r)/build

no_headers = no headers of the running kernel in $(KDIR): \
	     install the package linux-headers-$(shell uname -r), or give KDIR=
no_kdir = KDIR=$(KDIR) is not a kernel's build folder: there is no Makefile in it

.PHONY: all samples tools kdir install clean help $(verbs)

all: kdir
	@+$(call if_possible,$(call vmxctl))
	@built=$$(KDIR="$(KDIR)" scripts/build) && \
		if [ -w . ]; then ln -sfn "$${built#"$(CURDIR)"/}/vmx.ko" vmx.ko; else echo "$$built/vmx.ko"; fi

samples: kdir
	@KDIR="$(KDIR)" scripts/samples

# vmxctl needs no headers of a kernel.
vmxctl = bash -c '. scripts/lib/lib.sh && \
	$(MAKE) --no-print-directory -s -C tools/vmxctl O="$$out/tools" $(1)'

tools:
	@+$(call vmxctl)

# A kernel's headers come with a compiler for the kernel only.
if_possible = if echo "\#include <stdio.h>" | $(CC) -E - >/dev/null 2>&1; then $(1); else \
	echo "vmxctl is left out: $(CC) or the C library is missing; install gcc and libc6-dev" >&2; fi

# Where "install" puts all of it, instead of this machine: an absolute path.
root = $(abspath $(or $(DESTDIR),$(INSTALL_MOD_PATH)))

install: kdir
	@KDIR="$(KDIR)" INSTALL_MOD_PATH="$(root)" scripts/install
	@+$(call if_possible,$(call vmxctl,install DESTDIR="$(root)"))

kdir:
	$(if $(wildcard $(KDIR)/Makefile),,$(error \
		$(if $(filter file,$(origin KDIR)),$(no_headers),$(no_kdir))))

# The guests' kernels have their own headers, so KDIR= is not for them.
$(verbs):
	@env -u KDIR scripts/$@

clean:
	rm -rf out vmx.ko

help:
	@scripts/help

// SPDX-License-Identifier: GPL-2.0
/*
 * What a build prints that looks like an error: known by its text.
 */
#include "noise.h"
#include "vmxctl.h"

const struct noise noises[] = {
	{ "BTF", "Skipping BTF generation", true,
	  N_("harmless: only BPF programs need the types of vmx; with a vmlinux beside the "
	     "kernel's headers, and pahole, they are made") },
	{ "BTF", "pahole: not found", false,
	  N_("this kernel's modules get BTF: on Debian, install pahole") },
	{ "signature", "SSL error", true,
	  N_("harmless: the module is not signed, as the kernel's key is not on this machine; "
	     "only a kernel that requires signatures minds") },
	{ "signature", "signing_key.pem", true,
	  N_("harmless: the module is not signed, as the kernel's key is not on this machine; "
	     "only a kernel that requires signatures minds") },
	{ "depmod", "Skipping depmod", false,
	  N_("modprobe does not find vmx yet: as root, run depmod -a") },
	{ "compiler", "the compiler differs from the one used to build the kernel", true,
	  N_("harmless, as long as the major versions are the same") },
};

const size_t nr_noises = ARRAY_SIZE(noises);

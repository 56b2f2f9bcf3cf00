/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module vmx in sysfs: is it loaded, which version, who holds it?
 */
#ifndef VMXCTL_MODULE_H
#define VMXCTL_MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* The version of the loaded module. False if it is not loaded. */
bool module_loaded(char *version, size_t size);

/* The first line of a small file, without its newline. False if it cannot be read. */
bool module_line(const char *path, char *line, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files under /sys/kernel/debug/vmx: what vmx_main.c uses of them
 */
#ifndef _VMX_DEBUGFS_H
#define _VMX_DEBUGFS_H

void vmx_debugfs_init(void);
void vmx_debugfs_exit(void);

/* debugfs/map.c: the number of characters in a line of the file "map" */
extern unsigned int vmx_map_width;

/* debugfs/text.c: reads the sizes in module parameters */
int vmx_parse_bytes(const char *from, unsigned long *bytes, const char **why);

#endif /* _VMX_DEBUGFS_H */

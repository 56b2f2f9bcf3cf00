// SPDX-License-Identifier: GPL-2.0
/*
 * The module vmx in sysfs.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "module.h"

bool module_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, size, file);

	if (file)
		fclose(file);
	if (read)
		line[strcspn(line, "\n")] = 0;
	else
		*line = 0;
	return read;
}

bool module_loaded(char *version, size_t size)
{
	if (access("/sys/module/vmx", F_OK))
		return false;
	if (!module_line("/sys/module/vmx/version", version, size))
		snprintf(version, size, "?");
	return true;
}

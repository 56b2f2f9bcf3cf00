/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation as a picture.
 */
#ifndef VMXCTL_EXPLAINPICTURE_H
#define VMXCTL_EXPLAINPICTURE_H

#include "canvas.h"
#include "steps.h"

/* Write it to @path, as picture_save() does. */
int explain_picture(const struct explanation *explanation, enum picture picture,
		    const char *path);

#endif

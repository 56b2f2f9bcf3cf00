/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Draw a map as a picture: SVG, PNG or PDF.
 */
#ifndef VMXCTL_PICTURE_H
#define VMXCTL_PICTURE_H

#include "canvas.h"
#include "drawing.h"
#include "stretches.h"

/* Write the picture to @path, as picture_save() does. */
int picture_write(const struct drawing *drawing, const struct stretches *stretches,
		  enum picture picture, const char *path);

#endif

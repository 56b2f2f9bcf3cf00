/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Draw a map as a picture: SVG, PNG or PDF.
 */
#ifndef VMXCTL_PICTURE_H
#define VMXCTL_PICTURE_H

#include "canvas.h"
#include "drawing.h"
#include "stretches.h"

/*
 * Write the picture to @path, "-" for stdout. Tells errors. Returns an exit code. A file
 * that was there is replaced only by a complete picture.
 */
int picture_write(const struct drawing *drawing, const struct stretches *stretches,
		  enum picture picture, const char *path);

#endif

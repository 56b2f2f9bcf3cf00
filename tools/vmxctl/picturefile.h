/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file that a picture is written to.
 */
#ifndef VMXCTL_PICTUREFILE_H
#define VMXCTL_PICTUREFILE_H

#include <stdio.h>

#include "canvas.h"

/* Draw @data on @stream, a picture of this kind. Returns 0 or an errno. */
typedef int picture_draw(const void *data, enum picture picture, FILE *stream);

/* Can this build make such a picture? Tells if not, and returns an exit code. */
int picture_possible(enum picture picture);

/*
 * Write the picture to @path, "-" for stdout. Tells errors. Returns an exit code. A file
 * that was there is replaced only by a complete picture.
 */
int picture_save(enum picture picture, const char *path, picture_draw *draw, const void *data);

/* A canvas of this kind, with a white ground: readable on white and on black. */
void picture_canvas(struct canvas *canvas, FILE *stream, enum picture picture, double width,
		    double height);

#endif

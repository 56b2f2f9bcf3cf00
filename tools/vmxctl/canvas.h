/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Something to draw a picture on: an SVG file, or a PNG or PDF file through cairo.
 */
#ifndef VMXCTL_CANVAS_H
#define VMXCTL_CANVAS_H

#include <stdint.h>
#include <stdio.h>

enum picture { PICTURE_NONE, PICTURE_SVG, PICTURE_PNG, PICTURE_PDF };

struct canvas {
	/* @name is the class of the rectangle, @title what a pointer over it shows; or NULL. */
	void (*rectangle)(struct canvas *canvas, double x, double y, double width, double height,
			  uint32_t rgb, const char *name, const char *title);
	/* The text's baseline begins at x, y; or ends there, if @right. */
	void (*text)(struct canvas *canvas, double x, double y, double size, int right,
		     const char *text);
	/* Returns 0 or an errno. */
	int (*end)(struct canvas *canvas);
	FILE *stream;
	void *data;
};

/* Width of a character, as a part of the text's size, in the font that is used. */
#define CANVAS_CHARACTER 0.62

void canvas_svg(struct canvas *canvas, FILE *stream, double width, double height);

#ifdef HAVE_CAIRO
void canvas_cairo(struct canvas *canvas, FILE *stream, enum picture picture, double width,
		  double height);
#endif

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * A canvas that is a PNG or a PDF file, through cairo.
 */
#include <errno.h>

#include <cairo-pdf.h>
#include <cairo.h>

#include "canvas.h"

static cairo_status_t put(void *stream, const unsigned char *data, unsigned int length)
{
	return fwrite(data, 1, length, stream) == length ? CAIRO_STATUS_SUCCESS :
							   CAIRO_STATUS_WRITE_ERROR;
}

static void colour(cairo_t *cairo, uint32_t rgb)
{
	cairo_set_source_rgb(cairo, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0,
			     (rgb & 255) / 255.0);
}

static void rectangle(struct canvas *canvas, double x, double y, double width, double height,
		      uint32_t rgb, const char *name, const char *title)
{
	cairo_t *cairo = canvas->data;

	(void)name;
	(void)title;
	colour(cairo, rgb);
	cairo_rectangle(cairo, x, y, width, height);
	cairo_fill(cairo);
}

static void text(struct canvas *canvas, double x, double y, double size, int right,
		 const char *text)
{
	cairo_t *cairo = canvas->data;
	cairo_text_extents_t extents;

	colour(cairo, 0x222222);
	cairo_set_font_size(cairo, size);
	if (right) {
		cairo_text_extents(cairo, text, &extents);
		x -= extents.x_advance;
	}
	cairo_move_to(cairo, x, y);
	cairo_show_text(cairo, text);
}

static int end(struct canvas *canvas)
{
	cairo_t *cairo = canvas->data;
	cairo_surface_t *surface = cairo_get_target(cairo);
	cairo_status_t status = cairo_status(cairo);

	if (!status && cairo_surface_get_type(surface) == CAIRO_SURFACE_TYPE_IMAGE) {
		status = cairo_surface_write_to_png_stream(surface, put, canvas->stream);
	} else {
		cairo_surface_finish(surface);
		status = status ? status : cairo_surface_status(surface);
	}
	cairo_destroy(cairo);
	if (fflush(canvas->stream) || ferror(canvas->stream))
		return errno ? errno : EIO;
	return status == CAIRO_STATUS_NO_MEMORY ? ENOMEM : status ? EIO : 0;
}

void canvas_cairo(struct canvas *canvas, FILE *stream, enum picture picture, double width,
		  double height)
{
	cairo_surface_t *surface;
	cairo_t *cairo;

	if (picture == PICTURE_PNG)
		surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	else
		surface = cairo_pdf_surface_create_for_stream(put, stream, width, height);
	cairo = cairo_create(surface);
	/* The context keeps it. */
	cairo_surface_destroy(surface);
	cairo_select_font_face(cairo, "monospace", CAIRO_FONT_SLANT_NORMAL,
			       CAIRO_FONT_WEIGHT_NORMAL);
	*canvas = (struct canvas){
		.rectangle = rectangle, .text = text, .end = end, .stream = stream, .data = cairo,
	};
}

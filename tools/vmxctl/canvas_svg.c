// SPDX-License-Identifier: GPL-2.0
/*
 * A canvas that is an SVG file. Its text stays text, and its rectangles have titles, so a
 * browser shows whose area the pointer is on.
 */
#include <errno.h>
#include <inttypes.h>

#include "canvas.h"

static void escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", stream);
			break;
		case '>':
			fputs("&gt;", stream);
			break;
		case '&':
			fputs("&amp;", stream);
			break;
		case '"':
			fputs("&quot;", stream);
			break;
		default:
			fputc(*text, stream);
		}
	}
}

static void rectangle(struct canvas *canvas, double x, double y, double width, double height,
		      uint32_t rgb, const char *name, const char *title)
{
	fprintf(canvas->stream, "<rect x=\"%.7g\" y=\"%.7g\" width=\"%.7g\" height=\"%.7g\" "
		"fill=\"#%06" PRIx32 "\"", x, y, width, height, rgb);
	if (name) {
		fputs(" class=\"", canvas->stream);
		escaped(canvas->stream, name);
		fputs("\"", canvas->stream);
	}
	if (!title) {
		fputs("/>\n", canvas->stream);
		return;
	}
	fputs("><title>", canvas->stream);
	escaped(canvas->stream, title);
	fputs("</title></rect>\n", canvas->stream);
}

static void put_text(struct canvas *canvas, double x, double y, double size, int right,
		     const char *text)
{
	fprintf(canvas->stream, "<text x=\"%.7g\" y=\"%.7g\" font-size=\"%.7g\"%s>", x, y, size,
		right ? " text-anchor=\"end\"" : "");
	escaped(canvas->stream, text);
	fputs("</text>\n", canvas->stream);
}

static int end(struct canvas *canvas)
{
	fputs("</svg>\n", canvas->stream);
	errno = 0;
	return fflush(canvas->stream) || ferror(canvas->stream) ? (errno ? errno : EIO) : 0;
}

void canvas_svg(struct canvas *canvas, FILE *stream, double width, double height)
{
	*canvas = (struct canvas){
		.rectangle = rectangle, .text = put_text, .end = end, .stream = stream,
	};
	fprintf(stream, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.7g\" height=\"%.7g\" "
		"viewBox=\"0 0 %.7g %.7g\" font-family=\"DejaVu Sans Mono, monospace\" "
		"fill=\"#222222\">\n", width, height, width, height);
}

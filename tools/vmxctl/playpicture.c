// SPDX-License-Identifier: GPL-2.0
/*
 * How the fragmentation went in some plays, as a picture.
 *
 * Each play has a strip of bars, a bar for each sample, from left to right. All have the same
 * scale. Behind a strip stands what the last sample saw.
 */
#include <stdio.h>

#include "picturefile.h"
#include "playpicture.h"
#include "size.h"
#include "vmxctl.h"

#define MARGIN 16.0
#define FONT 12.0
#define LABELS 56.0
#define BAR 9.0
#define STRIP 64.0
#define STEP (STRIP + 20)
#define TOP (MARGIN + 50)
#define BEHIND (32 * FONT * CANVAS_CHARACTER)
#define WIDTH (MARGIN + LABELS + SAMPLES * BAR + 8 + BEHIND + MARGIN)
#define GROUND 0xeeeeee
#define COLOUR 0x4477aa

struct subject {
	const char *const *names;
	const struct play *plays;
	size_t nr;
};

double plays_most(const struct play *plays, size_t nr)
{
	double most = 0;

	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < plays[i].nr_samples; j++) {
			if (plays[i].samples[j].fragmentation > most)
				most = plays[i].samples[j].fragmentation;
		}
	}
	return most;
}

static void draw_strip(struct canvas *canvas, const char *name, const struct play *play,
		       double most, double y)
{
	char size[SIZE_TEXT], text[160];
	double x = MARGIN + LABELS;

	canvas->text(canvas, x - 8, y + STRIP, FONT, 1, name);
	canvas->rectangle(canvas, x, y, SAMPLES * BAR, STRIP, GROUND, "background", NULL);
	for (size_t i = 0; i < play->nr_samples; i++) {
		const struct sample *sample = &play->samples[i];
		double height = most ? STRIP * sample->fragmentation / most : 0;

		snprintf(text, sizeof(text),
			 _("%zu requests and frees: %.3f, %zu holes, the largest %s"),
			 sample->operations, sample->fragmentation, sample->holes,
			 size_format(size, sample->largest));
		if (height > 0)
			canvas->rectangle(canvas, x + i * BAR, y + STRIP - height, BAR - 1, height,
					  COLOUR, name, text);
	}
	if (!play->nr_samples)
		return;
	snprintf(text, sizeof(text), _("%zu holes, the largest %s"),
		 play->samples[play->nr_samples - 1].holes,
		 size_format(size, play->samples[play->nr_samples - 1].largest));
	canvas->text(canvas, x + SAMPLES * BAR + 8, y + STRIP, FONT, 0, text);
}

static int draw_all(const void *data, enum picture picture, FILE *stream)
{
	const struct subject *subject = data;
	double most = plays_most(subject->plays, subject->nr);
	struct canvas canvas;
	char text[128];

	picture_canvas(&canvas, stream, picture, WIDTH, TOP + subject->nr * STEP + MARGIN);
	canvas.text(&canvas, MARGIN, MARGIN + 10, FONT + 2, 0, _("fragmentation over time"));
	snprintf(text, sizeof(text), _("the full height is %.3f; on the right: the end"), most);
	canvas.text(&canvas, MARGIN, MARGIN + 28, FONT, 0, text);
	for (size_t i = 0; i < subject->nr; i++)
		draw_strip(&canvas, subject->names[i] ? subject->names[i] : "-", &subject->plays[i],
			   most, TOP + i * STEP);
	return canvas.end(&canvas);
}

int plays_picture(const char *const *names, const struct play *plays, size_t nr,
		  enum picture picture, const char *path)
{
	const struct subject subject = { names, plays, nr };

	return picture_save(picture, path, draw_all, &subject);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation as a picture: below the name of each step what it changed, and at the end the
 * tables of the walk, with their entries as bits.
 *
 * Everything is laid out twice: first without a canvas, to find the height.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entries.h"
#include "explainpicture.h"
#include "picturefile.h"
#include "size.h"
#include "sketch.h"
#include "vmxctl.h"

#define WIDTH 1000.0
#define MARGIN 16.0
#define INDENT 40.0
#define LABELS 150.0	/* what a drawing is of, at the left */
#define FONT 12.0
#define LINE 17.0
#define BOX 22.0	/* its height */
#define BOX_STEP 30.0
#define ARROW 34.0
#define BAR (WIDTH - MARGIN - LABELS)
#define BIT 10.0

/* A file may have any number of them. */
#define STEPS_MAX 100

#define INK 0x444444
#define PALE 0xdde8f3
#define NEW 0xf9d6a8
#define HOLE 0xeeeeee
#define ADDRESS_BIT 0x4477aa
#define FLAG_BIT 0xee7733
#define ZERO_BIT 0xdddddd

struct pen {
	struct canvas *canvas;	/* NULL: find out the height */
	double y;
};

static double width_of(const char *text)
{
	return strlen(text) * FONT * CANVAS_CHARACTER;
}

static void text(struct pen *pen, double x, double y, int right, const char *text)
{
	if (pen->canvas)
		pen->canvas->text(pen->canvas, x, y, FONT, right, text);
}

static void fill(struct pen *pen, double x, double y, double width, double height, uint32_t rgb,
		 const char *name)
{
	if (pen->canvas)
		pen->canvas->rectangle(pen->canvas, x, y, width, height, rgb, name, NULL);
}

/* A line of text, cut where the picture ends. */
static void line(struct pen *pen, double x, const char *words)
{
	size_t room = (WIDTH - MARGIN - x) / (FONT * CANVAS_CHARACTER);
	char *cut = strdup(words);

	if (!cut)
		abort();
	/* Not in the middle of a character. */
	if (strlen(cut) > room) {
		while (room && (cut[room] & 0xc0) == 0x80)
			room--;
		cut[room] = 0;
	}
	pen->y += LINE;
	text(pen, x, pen->y - 4, 0, cut);
	free(cut);
}

/* What stands left of a drawing that is a box high. */
static void label(struct pen *pen, const char *words)
{
	text(pen, LABELS - 10, pen->y + BOX - 6, 1, words);
}

/* A box with a frame around it. Returns where it ends. */
static double box(struct pen *pen, double x, const char *words, uint32_t rgb, const char *name)
{
	double width = width_of(words) + 14;

	fill(pen, x, pen->y, width, BOX, INK, NULL);
	fill(pen, x + 1, pen->y + 1, width - 2, BOX - 2, rgb, name);
	text(pen, x + 7, pen->y + BOX - 6, 0, words);
	return x + width;
}

/* To the right, out of thin rectangles. Returns where it ends. */
static double arrow(struct pen *pen, double x)
{
	double middle = pen->y + BOX / 2;

	fill(pen, x + 4, middle - 0.75, ARROW - 12, 1.5, INK, NULL);
	for (int i = 0; i < 8; i++)
		fill(pen, x + ARROW - 12 + i, middle - (8 - i) / 2.0, 1, 8 - i, INK, NULL);
	return x + ARROW;
}

/* The element that the other list does not have is new, or goes. */
static void draw_list(struct pen *pen, const char *what, const char elements[3][32], size_t nr)
{
	double x = LABELS;

	label(pen, what);
	for (size_t i = 0; i < nr; i++) {
		bool differs = nr == 3 && i == 1;

		x = box(pen, i ? arrow(pen, x) : x, elements[i], differs ? NEW : PALE,
			differs ? "differs" : "element");
	}
	pen->y += BOX_STEP;
}

static void draw_hole(struct pen *pen, const struct sketch *sketch)
{
	uint64_t length = sketch->hole.end - sketch->hole.start;
	double offset = (long double)(sketch->hole.addr - sketch->hole.start) / length * BAR;
	double width = (long double)sketch->hole.size / length * BAR;
	char words[128], size[SIZE_TEXT], all[SIZE_TEXT];

	label(pen, _("the hole"));
	fill(pen, LABELS, pen->y, BAR, BOX, HOLE, "hole");
	/* Of the smallest area something is seen. */
	if (width < 2)
		width = 2;
	if (offset + width > BAR)
		offset = BAR - width;
	fill(pen, LABELS + offset, pen->y, width, BOX, ADDRESS_BIT, "area");
	pen->y += BOX + LINE - 2;
	snprintf(words, sizeof(words), "0x%" PRIx64, sketch->hole.start);
	text(pen, LABELS, pen->y, 0, words);
	snprintf(words, sizeof(words), "0x%" PRIx64, sketch->hole.end);
	text(pen, WIDTH - MARGIN, pen->y, 1, words);
	snprintf(words, sizeof(words), _("the area: %s of %s, at 0x%" PRIx64),
		 size_format(size, sketch->hole.size), size_format(all, length),
		 sketch->hole.addr);
	pen->y += LINE;
	text(pen, LABELS, pen->y, 0, words);
	pen->y += 12;
}

static void draw_boxes(struct pen *pen, const char *what, const struct boxes *boxes,
		       const char *name, bool hexadecimal)
{
	double x = LABELS;
	char words[32];

	label(pen, what);
	for (uint64_t i = 0; i < boxes->nr; i++) {
		if (boxes->nr > BOXES_MAX && i == 2) {
			text(pen, x + 6, pen->y + BOX - 6, 0, "...");
			x += width_of("...") + 12;
			i = boxes->nr - 1;
		}
		snprintf(words, sizeof(words), hexadecimal ? "%" PRIx64 : "%" PRIu64,
			 boxes->first + i);
		x = box(pen, x, words, PALE, name) - 1;
	}
	pen->y += BOX_STEP;
}

static void draw_step(struct pen *pen, const struct step *step)
{
	struct sketch sketch;
	char *words;

	if (asprintf(&words, "%" PRIu64 ". %s, %" PRIu64 " ns", step->number, step->name,
		     step->ns) < 0)
		abort();
	line(pen, MARGIN, words);
	free(words);
	pen->y += 4;
	sketch_read(&sketch, step);
	if (sketch.hole.size)
		draw_hole(pen, &sketch);
	if (sketch.list.nr_before) {
		draw_list(pen, _("before"), sketch.list.before, sketch.list.nr_before);
		draw_list(pen, _("after"), sketch.list.after, sketch.list.nr_after);
	}
	if (sketch.frames.nr)
		draw_boxes(pen, _("frames"), &sketch.frames, "frame", true);
	if (sketch.slots.nr)
		draw_boxes(pen, _("entries"), &sketch.slots, "slot", false);
}

/* One table: its entry as bits, the highest at the left, and the flags that are set. */
static void draw_table(struct pen *pen, const struct walked *walked, size_t nr)
{
	const struct walk_step *step = &walked->steps[nr];
	enum bit_kind kinds[64];
	char words[256];
	double x = LABELS;

	entries_bits(walked, step, kinds);
	snprintf(words, sizeof(words), "%s  0x%" PRIx64 "[%" PRIu64 "] = 0x%016" PRIx64,
		 level_names[step->level], step->table, step->index, step->entry);
	line(pen, INDENT, words);
	pen->y += 4;
	for (int bit = 63; bit >= 0; bit--) {
		bool set = step->entry >> bit & 1;
		uint32_t rgb = kinds[bit] == BIT_FLAG ? FLAG_BIT : !set ? ZERO_BIT :
			       kinds[bit] == BIT_ADDRESS ? ADDRESS_BIT : INK;

		fill(pen, x, pen->y, BIT, 12, rgb, set ? "bit one" : "bit zero");
		x += BIT + 1 + (bit % 8 ? 0 : 5);
	}
	pen->y += 12;
	text(pen, LABELS, pen->y + LINE - 4, 0, "63");
	text(pen, x - 6, pen->y + LINE - 4, 1, "0");
	pen->y += LINE;
	if (*step->flags)
		line(pen, LABELS, step->flags);
	if (step->next)
		snprintf(words, sizeof(words), _("the table at 0x%" PRIx64), step->next);
	else if (walked->end == WALK_MAPPED)
		snprintf(words, sizeof(words),
			 _("frame 0x%" PRIx64 ", mapped by a leaf of %" PRIu64 " KiB"),
			 walked->frame, walked->leaf >> 10);
	else
		snprintf(words, sizeof(words), "%s", walked->end == WALK_UNMAPPED ?
			 _("not mapped") : _("this entry cannot be read"));
	pen->y += 3;
	arrow(pen, LABELS);
	text(pen, LABELS + ARROW + 4, pen->y + BOX - 6, 0, words);
	pen->y += BOX_STEP;
}

static void draw_walk(struct pen *pen, const struct walked *walked)
{
	static const struct {
		uint32_t rgb;
		const char *words;
	} legend[] = {
		{ ADDRESS_BIT, N_("address") }, { FLAG_BIT, N_("flag") }, { ZERO_BIT, "0" },
	};
	double x = LABELS;
	char words[64];

	snprintf(words, sizeof(words), _("the walk of 0x%" PRIx64 ":"), walked->address);
	line(pen, MARGIN, words);
	for (size_t i = 0; i < walked->nr; i++)
		draw_table(pen, walked, i);
	for (size_t i = 0; i < ARRAY_SIZE(legend); i++) {
		fill(pen, x, pen->y, 12, 12, legend[i].rgb, NULL);
		text(pen, x + 16, pen->y + 11, 0, _(legend[i].words));
		x += 16 + width_of(_(legend[i].words)) + 20;
	}
	pen->y += LINE;
}

static void lay_out(struct pen *pen, const struct explanation *explanation)
{
	size_t nr = explanation->nr_steps < STEPS_MAX ? explanation->nr_steps : STEPS_MAX;
	char words[128];

	pen->y = MARGIN;
	for (size_t i = 0; i < nr; i++)
		draw_step(pen, &explanation->steps[i]);
	if (nr < explanation->nr_steps) {
		snprintf(words, sizeof(words), _("%zu more steps"), explanation->nr_steps - nr);
		line(pen, MARGIN, words);
	}
	snprintf(words, sizeof(words), _("in all, %" PRIu64 " ns"), explanation->ns);
	line(pen, MARGIN, words);
	pen->y += LINE / 2;
	if (explanation->walked.nr)
		draw_walk(pen, &explanation->walked);
	pen->y += MARGIN;
}

static int draw(const void *data, enum picture picture, FILE *stream)
{
	struct pen pen = { 0 };
	struct canvas canvas;

	lay_out(&pen, data);
	picture_canvas(&canvas, stream, picture, WIDTH, pen.y);
	pen.canvas = &canvas;
	lay_out(&pen, data);
	return canvas.end(&canvas);
}

int explain_picture(const struct explanation *explanation, enum picture picture, const char *path)
{
	return picture_save(picture, path, draw, explanation);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl area: one area's descriptor, its frames and its entries.
 */
#include <stdio.h>

#include "descriptor.h"
#include "show.h"
#include "vmxctl.h"

static const struct argp area_argp = {
	.options = show_options,
	.parser = show_parse,
	.args_doc = N_("ID|ADDRESS"),
	.doc = N_("Show one area of the module vmx: its descriptor, the blocks of its frames and "
		  "the page-table entries that map them.\v"
		  "Example:\n"
		  "  vmxctl area 3\n"),
};

#ifdef HAVE_JANSSON
static json_t *mapped_json(const struct descriptor *area, const struct mapped *mapped)
{
	const char *const *texts = (const char *const *)area->texts.texts;
	json_t *object = json_pack("{s:o,s:o,s:o}", "addr", json_address(mapped->start),
				   "end", json_address(mapped->end),
				   "pfn", json_number(mapped->pfn));

	if (mapped->entries) {
		json_object_set_new(object, "level", json_string(texts[mapped->level]));
		json_object_set_new(object, "flags", json_words(texts[mapped->flags]));
	} else {
		json_object_set_new(object, "order", json_number(mapped->order));
		json_object_set_new(object, "zone", json_string(texts[mapped->zone]));
		json_object_set_new(object, "node", json_number(mapped->node));
		json_object_set_new(object, "flags", json_string(texts[mapped->flags]));
	}
	return object;
}

static json_t *area_json(const struct descriptor *area)
{
	json_t *frames = json_array(), *entries = json_array();
	json_t *next = json_null();

	if (area->next_id)
		next = json_pack("{s:o,s:o,s:o}", "id", json_number(area->next_id),
				 "descriptor", json_address(area->next),
				 "addr", json_address(area->next_addr));
	for (size_t i = 0; i < area->nr_mapped; i++)
		json_array_append_new(area->mapped[i].entries ? entries : frames,
				      mapped_json(area, &area->mapped[i]));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:b}",
			 "id", json_number(area->id), "descriptor", json_address(area->at),
			 "requested", json_number(area->requested), "next", next,
			 "addr", json_address(area->addr), "size", json_number(area->size),
			 "flags", json_number(area->flags),
			 "flag_names", json_words(area->texts.texts[area->flag_names]),
			 "pages", json_address(area->pages),
			 "nr_pages", json_number(area->nr_pages),
			 "page_order", json_number(area->page_order),
			 "phys_addr", json_address(area->phys_addr),
			 "caller", area->texts.texts[area->caller],
			 "frames", frames, "entries", entries, "freed", area->freed);
}
#endif

static bool print_json(struct reader *reader)
{
	struct descriptor area;
	bool readable = descriptor_read(&area, reader) == PARSED;

#ifdef HAVE_JANSSON
	if (readable) {
		json_put(area_json(&area));
		putchar('\n');
	}
#endif
	descriptor_free(&area);
	return readable;
}

int run_area(int argc, char **argv)
{
	return show_answer("area", &area_argp, argc, argv, print_json);
}

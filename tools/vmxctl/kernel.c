// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl kernel: the machine's own vmalloc areas, or those of a saved /proc/vmallocinfo.
 *
 * Sums up by caller, module or kind, lists areas, finds holes, draws, and compares two
 * files. Needs neither the module vmx nor, for a saved file, privileges.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "letters.h"
#include "options.h"
#include "picture.h"
#include "size.h"
#include "stretches.h"
#include "vmallocinfo.h"
#include "vmxctl.h"

#define LIVE "/proc/vmallocinfo"

/* The version of the JSON's form, in docs/vmxctl.md. */
#define SCHEMA 1

enum by { BY_CALLER, BY_MODULE, BY_KIND, BY_AREA };

static const char *const by_words[] = {
	[BY_CALLER] = "caller", [BY_MODULE] = "module", [BY_KIND] = "kind", [BY_AREA] = "area",
};

enum { OPT_BY = 512, OPT_MAP, OPT_OPENMETRICS, OPT_DIFF };

struct kernel {
	struct display display;
	struct pictures pictures;
	enum by by;
	bool map, openmetrics, diff;
	const char *files[2];
	int nr_files;
};

static const struct argp_option options[] = {
	{ "by", OPT_BY, "WHAT", 0,
	  N_("one row for each caller (default), module, kind or area"), 0 },
	{ "diff", OPT_DIFF, NULL, 0,
	  N_("show what differs from a first FILE to a second one, or to this machine"), 0 },
	{ "map", OPT_MAP, NULL, 0, N_("draw it in the terminal"), 0 },
	{ "openmetrics", OPT_OPENMETRICS, NULL, 0, N_("for Prometheus"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct kernel *kernel = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &kernel->display;
		state->child_inputs[1] = &kernel->pictures;
		return 0;
	case OPT_BY:
		for (size_t i = 0; i < ARRAY_SIZE(by_words); i++) {
			if (!strcmp(by_words[i], argument)) {
				kernel->by = i;
				return 0;
			}
		}
		usage_error(state, _("--by takes caller, module, kind or area"));
		return 0;
	case OPT_DIFF:
		kernel->diff = true;
		return 0;
	case OPT_MAP:
		kernel->map = true;
		return 0;
	case OPT_OPENMETRICS:
		kernel->openmetrics = true;
		return 0;
	case ARGP_KEY_ARG:
		if (kernel->nr_files == 2)
			usage_error(state, _("too many files"));
		kernel->files[kernel->nr_files++] = argument;
		return 0;
	case ARGP_KEY_END:
		if (!kernel->diff && kernel->nr_files > 1)
			usage_error(state, _("more than one file; to compare them, say --diff"));
		if (kernel->diff && !kernel->nr_files)
			usage_error(state, _("--diff needs the file to compare with"));
		if (kernel->diff &&
		    (kernel->map || kernel->openmetrics || kernel->pictures.picture))
			usage_error(state, _("--diff has no picture and no metrics"));
		if (kernel->diff && kernel->by == BY_AREA)
			usage_error(state, _("--diff compares callers, modules or kinds"));
		if (kernel->map + kernel->openmetrics + !!kernel->pictures.picture > 1)
			usage_error(state, _("one picture, or the metrics, at a time"));
		if (json_wanted && kernel->pictures.picture && !strcmp(kernel->pictures.path, "-"))
			usage_error(state, _("--json and a picture cannot both go to stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &pictures_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp kernel_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = N_("[FILE]\n--diff OLD [NEW]"),
	.doc = N_(
		"Show the machine's vmalloc areas, or those of FILE, a saved /proc/vmallocinfo of "
		"any kernel from 3.10 to 7.3 (- is stdin). Addresses and memory are not the same: "
		"a mapping of a device has addresses and no memory.\v"
		"Examples:\n"
		"  vmxctl kernel --by kind\n"
		"  vmxctl kernel --map\n"
		"  cat /proc/vmallocinfo > before\n"
		"  vmxctl kernel --diff before --top 10     # what grew since then\n"),
};

/* Read a file. Tells errors. Returns an exit code. */
static int read_file(const char *path, struct vmallocinfo *info)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	struct reader reader;
	int error;

	*info = (struct vmallocinfo){ 0 };
	if (fd < 0 && errno == EACCES && !strcmp(path, LIVE))
		return fail(FORBIDDEN, _("%s: only root may read it"), path);
	if (fd < 0)
		return fail_errno(errno, path);
	reader_open(&reader, fd);
	error = vmallocinfo_read(info, &reader);
	reader_close(&reader);
	if (fd != STDIN_FILENO)
		close(fd);
	if (error)
		return fail_errno(error, path);
	if (!info->count)
		return fail(NOTHING, info->bad ? _("%s: no line is one of /proc/vmallocinfo") :
						 _("%s: there is nothing in it"), path);
	if (info->bad)
		note(_("%s: %zu lines could not be read"), path, info->bad);
	if (info->odd)
		note(_("%s: in %zu lines the addresses and the size disagree; holes leave them "
		       "out"),
		     path, info->odd);
	return DONE;
}

static int refuse_hidden(const char *path, const struct vmallocinfo *info)
{
	if (info->addresses == ADDRESSES_REAL)
		return DONE;
	return fail(FORBIDDEN, _("%s: the addresses are %s, so there is no picture; as root, run "
				 "sysctl kernel.kptr_restrict=1, then read the file again"), path,
		    info->addresses == ADDRESSES_HASHED ? _("hashed") : _("hidden"));
}

/* What a row of the sums has. */
struct group {
	uint64_t size, memory, areas, largest;
	bool has_memory;
};

/* Sums, by caller, module or kind. */
struct groups {
	struct names names;
	struct group *groups;
};

/* The group of a line; *name, in @buffer, is its name. */
static const char *group_name(const struct vmallocinfo *info, const struct vm_line *line,
			      enum by by, char *buffer, size_t size)
{
	const char *caller = vm_caller(info, line), *module;
	unsigned int length;

	if (by == BY_KIND)
		return kinds[line->kind].key;
	module = line->caller == NO_CALLER ? NULL : module_of(caller, &length);
	if (by == BY_MODULE) {
		if (!module)
			return "(kernel)";
		snprintf(buffer, size, "%.*s", (int)length, module);
		return buffer;
	}
	if (line->caller == NO_CALLER)
		return caller;
	if (module)
		snprintf(buffer, size, "%.*s [%.*s]", (int)function_length(caller), caller,
			 (int)length, module);
	else
		snprintf(buffer, size, "%.*s", (int)function_length(caller), caller);
	return buffer;
}

/*
 * Sum up. Looking for a group's name costs more than all the rest, so it is done once for
 * each caller: @known has its group + 1. Lines without a caller differ by their kind.
 */
static void sum_up(struct groups *groups, const struct vmallocinfo *info, enum by by)
{
	size_t nr_known = (size_t)info->callers.count + NR_KINDS;
	uint32_t *known = allocate(nr_known * sizeof(*known));
	char buffer[2048];

	*groups = (struct groups){ 0 };
	memset(known, 0, nr_known * sizeof(*known));
	for (size_t i = 0; i < info->count; i++) {
		const struct vm_line *line = &info->lines[i];
		bool by_kind = by == BY_KIND || line->caller == NO_CALLER;
		uint32_t *place = &known[by_kind ? info->callers.count + line->kind : line->caller];
		struct group *group;

		if (!*place) {
			const char *name = group_name(info, line, by, buffer, sizeof(buffer));
			uint32_t before = groups->names.count;
			uint32_t number = names_number(&groups->names, name, strlen(name));

			if (groups->names.count > before) {
				/* The room doubles when the number is a power of two. */
				if (!(before & (before - 1)))
					groups->groups = resize(groups->groups, sizeof(*group) *
								(before ? 2 * before : 1));
				groups->groups[number] = (struct group){ 0 };
			}
			*place = number + 1;
		}
		group = &groups->groups[*place - 1];
		group->areas++;
		group->size = add(group->size, line->size);
		group->memory = add(group->memory, vm_memory(info, line));
		group->has_memory |= line->pages > 0;
		if (line->size > group->largest)
			group->largest = line->size;
	}
	free(known);
}

static void groups_free(struct groups *groups)
{
	names_free(&groups->names);
	free(groups->groups);
}

static const struct column area_columns[] = {
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "size", N_("ADDRESSES"), BYTES },
	{ "memory", N_("MEMORY"), BYTES },
	{ "kind", N_("KIND"), TEXT },
	{ "caller", N_("CALLER"), TEXT },
};

/* The first column of the sums depends on --by. */
#define NR_GROUP_COLUMNS 5

static void group_columns(struct column columns[NR_GROUP_COLUMNS], enum by by)
{
	static const char *const heads[] = {
		[BY_CALLER] = N_("CALLER"), [BY_MODULE] = N_("MODULE"), [BY_KIND] = N_("KIND"),
	};

	columns[0] = (struct column){ by_words[by], heads[by], TEXT };
	columns[1] = (struct column){ "size", N_("ADDRESSES"), BYTES };
	columns[2] = (struct column){ "memory", N_("MEMORY"), BYTES };
	columns[3] = (struct column){ "areas", N_("AREAS"), COUNT };
	columns[4] = (struct column){ "largest", N_("LARGEST"), BYTES };
}

static void fill_groups(struct table *table, const struct groups *groups, uint64_t min)
{
	for (uint32_t i = 0; i < groups->names.count; i++) {
		const struct group *group = &groups->groups[i];
		union cell *cells;

		if (group->size < min)
			continue;
		cells = table_row(table);
		cells[0].text = groups->names.texts[i];
		cells[1].number = group->size;
		cells[2].number = group->has_memory ? group->memory : NONE;
		cells[3].number = group->areas;
		cells[4].number = group->largest;
	}
}

static void fill_areas(struct table *table, const struct vmallocinfo *info, uint64_t min)
{
	for (size_t i = 0; i < info->count; i++) {
		const struct vm_line *line = &info->lines[i];
		union cell *cells;

		if (line->size < min)
			continue;
		cells = table_row(table);
		cells[0].number = line->start ? line->start : NONE;
		cells[1].number = line->size;
		cells[2].number = line->pages ? vm_memory(info, line) : NONE;
		cells[3].text = kinds[line->kind].key;
		cells[4].text = vm_caller(info, line);
	}
}

static struct span span_of(const void *data, size_t index)
{
	const struct vmallocinfo *info = data;
	const struct vm_line *line = &info->lines[index];

	return (struct span){
		.start = line->start ? line->start : NOWHERE, .end = line->start + line->size,
		.look = line->kind, .label = vm_caller(info, line),
	};
}

struct totals {
	uint64_t size, memory;
};

static struct totals totals_of(const struct vmallocinfo *info)
{
	struct totals totals = { 0 };

	for (size_t i = 0; i < info->count; i++) {
		totals.size = add(totals.size, info->lines[i].size);
		totals.memory = add(totals.memory, vm_memory(info, &info->lines[i]));
	}
	return totals;
}

static void print_summary(const struct vmallocinfo *info, const struct stretches *stretches,
			  bool exact)
{
	struct totals totals = totals_of(info);
	char text[4][SIZE_TEXT + 16];
	const uint64_t numbers[] = { totals.size, totals.memory, stretches->hole_bytes,
				     stretches->largest };

	for (size_t i = 0; i < 4; i++) {
		if (exact)
			snprintf(text[i], sizeof(text[i]), "%" PRIu64, numbers[i]);
		else
			size_format(text[i], numbers[i]);
	}
	printf(_("addresses  %s in %zu areas\n"), text[0], info->count);
	printf(_("memory     %s, as far as it is told\n"), text[1]);
	if (info->addresses == ADDRESSES_REAL) {
		printf(_("holes      %s in %" PRIu64 " holes\n"), text[2], stretches->nr_holes);
		if (stretches->largest)
			printf(_("largest    %s at 0x%" PRIx64 "\n"), text[3],
			       stretches->largest_at);
	} else {
		printf(_("holes      not known: the addresses are %s\n"),
		       info->addresses == ADDRESSES_HASHED ? _("hashed") : _("hidden"));
	}
	putchar('\n');
}

#ifdef HAVE_JANSSON
static json_t *json_holes(const struct stretches *stretches)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stretches->nr; i++) {
		const struct stretch *stretch = &stretches->list[i];

		json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o,s:o}",
						      "start", json_address(stretch->start),
						      "end", json_address(stretch->end),
						      "holes", json_number(stretch->nr_holes),
						      "hole_bytes",
						      json_number(stretch->hole_bytes),
						      "largest", json_number(stretch->largest)));
	}
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "count", json_number(stretches->nr_holes),
			 "bytes", json_number(stretches->hole_bytes),
			 "largest", json_number(stretches->largest),
			 "largest_at", stretches->largest ? json_address(stretches->largest_at) :
							    json_null(),
			 "stretches", list);
}

/* The object is closed by hand: its rows may be millions. */
static void print_json(const char *path, const struct vmallocinfo *info,
		       const struct stretches *stretches, enum by by, const struct table *table,
		       const struct table_look *look)
{
	static const char *const words[] = {
		[ADDRESSES_REAL] = "real", [ADDRESSES_HASHED] = "hashed", [ADDRESSES_ZERO] = "zero",
	};
	struct totals totals = totals_of(info);
	json_t *source = json_string(path);
	json_t *object;
	char *text;

	object = json_pack("{s:i,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s}",
			   "vmxctl_kernel", SCHEMA, "source", source ? source : json_null(),
			   "addresses", words[info->addresses],
			   "page_size", json_number(info->page_size),
			   "areas", json_number(info->count),
			   "size", json_number(totals.size), "memory", json_number(totals.memory),
			   "bad_lines", json_number(info->bad), "odd_lines", json_number(info->odd),
			   "holes", info->addresses == ADDRESSES_REAL ? json_holes(stretches) :
								       json_null(),
			   "by", by_words[by]);
	text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	if (!text)
		exit(fail(NOTHING, _("out of memory")));
	printf("%.*s,\"rows\":", (int)strlen(text) - 1, text);
	table_json(table, look);
	puts("}");
	free(text);
}
#else
/* main() has refused --json. */
static void print_json(const char *path, const struct vmallocinfo *info,
		       const struct stretches *stretches, enum by by, const struct table *table,
		       const struct table_look *look)
{
	(void)path;
	(void)info;
	(void)stretches;
	(void)by;
	(void)table;
	(void)look;
}
#endif

static void label(const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void print_openmetrics(const struct table *table)
{
	static const struct {
		const char *name, *help, *unit;
		size_t column;
	} metrics[] = {
		{ "vmalloc_address_bytes",
		  "Addresses that vmalloc areas take, guard pages included.", "bytes", 1 },
		{ "vmalloc_memory_bytes",
		  "Frames of these areas, as far as /proc/vmallocinfo tells.", "bytes", 2 },
		{ "vmalloc_areas", "Number of these areas.", NULL, 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		size_t column = metrics[i].column;

		printf("# TYPE %s gauge\n", metrics[i].name);
		if (metrics[i].unit)
			printf("# UNIT %s %s\n", metrics[i].name, metrics[i].unit);
		printf("# HELP %s %s\n", metrics[i].name, metrics[i].help);
		for (size_t row = 0; row < table->nr_rows; row++) {
			const union cell *cells = &table->cells[row * table->nr_columns];

			if (cells[column].number == NONE)
				continue;
			printf("%s{%s=\"", metrics[i].name, table->columns[0].key);
			label(cells[0].text);
			printf("\"} %" PRIu64 "\n", cells[column].number);
		}
	}
	puts("# EOF");
}

/* Add a row if the two differ by at least @min. */
static void compare(struct table *table, const char *name, const struct group *old,
		    const struct group *new, uint64_t min)
{
	int64_t growth = new->size - old->size;
	union cell *cells;

	if ((!growth && new->memory == old->memory && new->areas == old->areas) ||
	    (growth < 0 ? -(uint64_t)growth : (uint64_t)growth) < min)
		return;
	cells = table_row(table);
	cells[0].text = name;
	cells[1].growth = growth;
	cells[2].growth = new->memory - old->memory;
	cells[3].growth = new->areas - old->areas;
	cells[4].number = old->size;
	cells[5].number = new->size;
}

/* The first column's key depends on --by. */
static int diff(struct kernel *kernel, const struct vmallocinfo *old, const struct vmallocinfo *new)
{
	struct column columns[] = {
		{ by_words[kernel->by], NULL, TEXT },
		{ "growth", N_("GROWTH"), GROWTH },
		{ "memory_growth", N_("MEMORY"), GROWTH },
		{ "areas_growth", N_("AREAS"), GROWTH_COUNT },
		{ "old_size", N_("OLD"), BYTES },
		{ "new_size", N_("NEW"), BYTES },
	};
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	struct column names[NR_GROUP_COLUMNS];
	static const struct group nothing;
	struct groups before, after;
	int code;

	group_columns(names, kernel->by);
	columns[0].head = names[0].head;
	code = display_check(&kernel->display, columns, ARRAY_SIZE(columns));
	if (code)
		return code;
	sum_up(&before, old, kernel->by);
	sum_up(&after, new, kernel->by);
	for (uint32_t i = 0; i < after.names.count; i++) {
		const char *name = after.names.texts[i];
		uint32_t number;

		compare(&table, name,
			names_find(&before.names, name, strlen(name), &number) ?
			&before.groups[number] : &nothing, &after.groups[i], kernel->display.min);
	}
	for (uint32_t i = 0; i < before.names.count; i++) {
		const char *name = before.names.texts[i];
		uint32_t number;

		if (!names_find(&after.names, name, strlen(name), &number))
			compare(&table, name, &before.groups[i], &nothing, kernel->display.min);
	}
	if (!kernel->display.look.sort)
		kernel->display.look.sort = "-growth";
	if (table.nr_rows || json_wanted)
		code = display_table(&kernel->display, &table);
	else
		code = fail(NOTHING, _("nothing differs"));
	table_free(&table);
	groups_free(&before);
	groups_free(&after);
	return code;
}

static int show_table(struct kernel *kernel, const struct vmallocinfo *info,
		      const struct stretches *stretches)
{
	struct column columns[NR_GROUP_COLUMNS];
	struct table table = { .columns = columns, .nr_columns = NR_GROUP_COLUMNS };
	struct table_look *look = &kernel->display.look;
	struct groups groups = { 0 };
	int code;

	if (kernel->by == BY_AREA)
		table.columns = area_columns;
	else
		group_columns(columns, kernel->by);
	code = display_check(&kernel->display, table.columns, table.nr_columns);
	if (code)
		return code;
	if (kernel->by == BY_AREA) {
		fill_areas(&table, info, kernel->display.min);
		/* They are in address order. */
	} else {
		sum_up(&groups, info, kernel->by);
		fill_groups(&table, &groups, kernel->display.min);
		if (!look->sort)
			look->sort = "-size";
	}
	table_arrange(&table, look);
	display_terminal(&kernel->display);
	if (json_wanted) {
		print_json(kernel->files[0], info, stretches, kernel->by, &table, look);
	} else if (kernel->openmetrics) {
		print_openmetrics(&table);
	} else {
		print_summary(info, stretches, look->exact);
		table_print(&table, look, stdout);
	}
	code = table.nr_rows ? DONE : NOTHING;
	table_free(&table);
	groups_free(&groups);
	return code;
}

static int show(struct kernel *kernel, struct vmallocinfo *info)
{
	const char *path = kernel->files[0];
	struct drawing drawing = {
		.title = path, .looks = kinds, .nr_looks = NR_KINDS, .nr = info->count,
		.span = span_of, .data = info,
	};
	struct stretches stretches = { 0 };
	int code = DONE;

	if (info->addresses == ADDRESSES_REAL) {
		vmallocinfo_sort(info);
		stretches_find(&stretches, &drawing);
	}
	if (kernel->pictures.picture || (kernel->map && !json_wanted))
		code = refuse_hidden(path, info);
	if (!code && kernel->pictures.picture)
		code = picture_write(&drawing, &stretches, kernel->pictures.picture,
				     kernel->pictures.path);
	if (!code && kernel->map && !json_wanted) {
		struct terminal terminal = display_terminal(&kernel->display);

		letters_print(&drawing, &stretches, &terminal, kernel->display.rows);
	} else if (!code && (json_wanted || !kernel->pictures.picture)) {
		code = show_table(kernel, info, &stretches);
	}
	stretches_free(&stretches);
	return code;
}

int run_kernel(int argc, char **argv)
{
	struct kernel kernel = { .display = DISPLAY_DEFAULTS };
	struct vmallocinfo infos[2] = { 0 };
	int code;

	argp_parse(&kernel_argp, argc, argv, 0, NULL, &kernel);
	if (kernel.openmetrics && kernel.by == BY_AREA)
		return fail(USAGE, _("--openmetrics sums up: by caller, module or kind"));
	for (int i = kernel.nr_files; i <= kernel.diff; i++)
		kernel.files[i] = LIVE;
	for (int i = 0; i <= kernel.diff; i++) {
		code = read_file(kernel.files[i], &infos[i]);
		if (code)
			goto out;
	}
	code = kernel.diff ? diff(&kernel, &infos[0], &infos[1]) : show(&kernel, &infos[0]);
out:
	vmallocinfo_free(&infos[0]);
	vmallocinfo_free(&infos[1]);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that the selftests of vmx share; vmx_test.h describes them
 */
#include <ctype.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/elf.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "vmx_test.h"

#define DEBUGFS "/sys/kernel/debug/"

#if __SIZEOF_LONG__ == 8
#define elf_header elf64_hdr
#define elf_segment elf64_phdr
#else
#define elf_header elf32_hdr
#define elf_segment elf32_phdr
#endif

/* ---- modules ---- */

bool module_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/* Where vmx.ko is: VMX_KO, above the installed tests or the sources, or installed. */
static const char *vmx_ko(const char *here)
{
	static char path[512];
	const char *const places[] = { "%s/../../vmx.ko", "%s/../vmx.ko" };
	const char *given = getenv("VMX_KO");
	struct utsname uts;
	size_t i;

	if (given)
		return given;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), places[i], here);
		if (!access(path, R_OK))
			return path;
	}
	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/updates/vmx.ko", uts.release);
	return path;
}

/* Remove the last part of a path. */
static void cut_name(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/*
 * A test module is in a folder beside the programs.  A sample is beside vmx.ko, in a
 * folder of its own if both are installed, or in a folder of the build folder.
 */
const char *module_path(const char *name)
{
	static char path[1024];
	const char *const places[] = { "%s/%s.ko", "%s/%s/%s.ko", "%s/samples/%s/%s.ko" };
	char here[256], beside[512];
	ssize_t len;
	size_t i;

	len = readlink("/proc/self/exe", here, sizeof(here) - 1);
	here[len < 0 ? 0 : len] = '\0';
	cut_name(here);
	if (!strcmp(name, "vmx"))
		return vmx_ko(here);
	snprintf(beside, sizeof(beside), "%s", vmx_ko(here));
	cut_name(beside);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), places[i], beside, name, name);
		if (!access(path, R_OK))
			return path;
	}
	snprintf(path, sizeof(path), "%s/test_modules/%s.ko", here, name);
	return path;
}

int module_load(const char *name, const char *params)
{
	int fd = open(module_path(name), O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0) {
		printf("# cannot open %s\n", module_path(name));
		return -errno;
	}
	if (syscall(SYS_finit_module, fd, params, 0))
		ret = -errno;
	close(fd);
	return ret;
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

int vmx_load(const char *params)
{
	const char *const leftover[] = {
		"vmx_culprit", "vmx_family", "vmx_user", "vmx_witness", "vmx_nofiles",
		"vmx_gfp", "vmx_held", "vmx_numa", "vmx_depot", "vmx_flip", "vmx_stale",
		"vmx_lookup", "vmx_proof", "hello_vmx", "highmem", "io_buffer", "swap_map",
		"vmx_disk", "module_room", "vmx"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(leftover); i++) {
		if (module_loaded(leftover[i]))
			module_unload(leftover[i]);
	}
	return module_load("vmx", params);
}

const char *slice_of(unsigned long bytes, const char *more)
{
	static char params[64];

	snprintf(params, sizeof(params), "slice=%lu%s", bytes, more);
	return params;
}

int vmx_unload(void)
{
	return module_unload("vmx");
}

int vmx_unload_with(const char *user)
{
	int ret = module_loaded(user) ? module_unload(user) : 0;

	/* Magazines keep what the module has freed: really free it. */
	if (!ret)
		ret = vmx_ask("purge", "1");
	if (ret)
		return ret;
	if (vmx_stat("areas") || vmx_stat("pages"))
		ret = -ENOTEMPTY;
	return vmx_unload() ?: ret;
}

/* ---- files ---- */

char *slurp_fd(int fd)
{
	size_t room = 64 * KIB, used = 0;
	char *text = malloc(room);
	ssize_t got = 0;

	while (text && (got = read(fd, text + used, room - used - 1)) > 0) {
		used += got;
		if (room - used < 4 * KIB) {
			room *= 2;
			text = realloc(text, room);
		}
	}
	if (got < 0) {
		free(text);
		return NULL;
	}
	if (text)
		text[used] = '\0';
	return text;
}

char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	int err;

	if (fd < 0)
		return NULL;
	text = slurp_fd(fd);
	err = errno;
	close(fd);
	errno = err;
	return text;
}

int write_all(int fd, const void *bytes, size_t len)
{
	ssize_t done = write(fd, bytes, len);

	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int spill(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write_all(fd, bytes, len);
	close(fd);
	return ret;
}

static const char *vmx_path(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), DEBUGFS "vmx/%s", file);
	return path;
}

char *vmx_read(const char *file)
{
	return slurp(vmx_path(file));
}

int vmx_write(const char *file, const void *bytes, size_t len)
{
	return spill(vmx_path(file), bytes, len);
}

int vmx_ask(const char *file, const char *request)
{
	return vmx_write(file, request, strlen(request));
}

const char *in_pages(const char *request)
{
	static char text[256];
	size_t len = 0;

	while (*request && len < sizeof(text) - 24) {
		unsigned long number;
		char *end;

		if (!isdigit(*request)) {
			text[len++] = *request++;
			continue;
		}
		number = strtoul(request, &end, 10);
		if (*end == 'K' || *end == 'M')
			number *= page_size() / 4096;
		len += sprintf(text + len, "%lu", number);
		request = end;
	}
	text[len] = 0;
	return text;
}

/* ---- stats ---- */

int vmx_stats_on(int fd, struct stats *stats)
{
	char *line = stats->text, *rest;
	ssize_t len = pread(fd, stats->text, sizeof(stats->text) - 1, 0);

	if (len < 0)
		return -errno;
	stats->text[len] = '\0';
	for (stats->n = 0; *line; line = rest + 1, stats->n++) {
		struct stat_line *l = &stats->line[stats->n];
		char *blank = strchr(line, ' ');

		if (stats->n == VMX_STATS_MAX || !blank)
			return -EUCLEAN;
		*blank = '\0';
		l->key = line;
		l->value = strtoull(blank + 1, &rest, 10);
		rest = strchr(rest, '\n');
		if (!rest)
			return -EUCLEAN;
	}
	return 0;
}

int vmx_stats(struct stats *stats)
{
	int fd = open(vmx_path("stats"), O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = vmx_stats_on(fd, stats);
	close(fd);
	return ret;
}

unsigned long long stat_of(const struct stats *stats, const char *key)
{
	int i;

	for (i = 0; i < stats->n; i++) {
		if (!strcmp(stats->line[i].key, key))
			return stats->line[i].value;
	}
	printf("# stats: no key %s\n", key);
	return ~0ULL;
}

unsigned long long vmx_stat(const char *key)
{
	struct stats stats;

	return vmx_stats(&stats) ? ~0ULL : stat_of(&stats, key);
}

bool vmx_stats_add_up(const struct stats *stats)
{
	return stat_of(stats, "area_bytes") + stat_of(stats, "hole_bytes") +
	       stat_of(stats, "quarantined_bytes") + stat_of(stats, "parked_bytes") ==
	       stat_of(stats, "slice_bytes");
}

/* ---- areas ---- */

/* Return the number behind "key" in a line, or ~0. */
static unsigned long number_after(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtoul(at + strlen(key), NULL, 0) : ~0UL;
}

static bool parse_area(char *line, struct area *area)
{
	unsigned long size;
	char *p = line;

	area->text = line;
	area->start = strtoul(p, &p, 16);
	if (*p++ != '-')
		return false;
	area->end = strtoul(p, &p, 16);
	if (*p != ' ')
		return false;
	size = strtoul(p, &p, 10);
	area->pages = number_after(p, " pages=");
	area->id = number_after(p, " id=");
	area->req = number_after(p, " req=");
	/* An area of vmx_map() maps frames of a caller and has no "pages=". */
	if (area->pages == ~0UL && strstr(p, " vmap "))
		area->pages = size / page_size() - 1;
	return area->id != ~0UL && area->req != ~0UL && area->pages != ~0UL &&
	       area->end > area->start && size == area->end - area->start;
}

bool areas_change_size;

/* Say what is wrong with an area; the previous one ends at @prev_end. */
static const char *area_fault(const struct areas *areas, const struct area *area,
			      unsigned long prev_end)
{
	if (area->start < prev_end)
		return "overlaps the previous area, or lies below it";
	if (area->start < areas->start || area->end > areas->end)
		return "is not inside the slice";
	if ((area->pages + 1) * page_size() > area->end - area->start)
		return "is shorter than its pages and one guard page";
	if (area->req > area->pages * page_size())
		return "has fewer pages than were requested";
	if (areas_change_size)
		return NULL;
	if ((area->pages + 1) * page_size() != area->end - area->start)
		return "is longer than its pages and one guard page";
	if ((area->req + page_size() - 1) / page_size() != area->pages)
		return "has more pages than were requested";
	return NULL;
}

int vmx_areas(struct areas *areas)
{
	unsigned long prev_end = 0;
	char *line, *rest;
	size_t room = 0;

	*areas = (struct areas){ .text = vmx_read("areas") };
	if (!areas->text)
		return -errno;

	for (line = strtok_r(areas->text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *fault = "cannot be parsed";
		struct area *area;

		if (sscanf(line, "# vmx areas 1 slice=0x%lx-0x%lx",
			   &areas->start, &areas->end) == 2 || *line == '#')
			continue;
		if (areas->n == room) {
			room = room ? 2 * room : 64;
			areas->area = realloc(areas->area, room * sizeof(*areas->area));
		}
		area = &areas->area[areas->n++];
		if (parse_area(line, area))
			fault = area_fault(areas, area, prev_end);
		if (fault) {
			printf("# areas: this area %s: %s\n", fault, line);
			areas_free(areas);
			return -EUCLEAN;
		}
		prev_end = area->end;
	}
	if (areas->end <= areas->start) {
		printf("# areas: no header with the slice\n");
		areas_free(areas);
		return -EUCLEAN;
	}
	return 0;
}

void areas_free(struct areas *areas)
{
	free(areas->text);
	free(areas->area);
	*areas = (struct areas){};
}

const struct area *area_by_id(const struct areas *areas, unsigned long id)
{
	size_t i;

	for (i = 0; i < areas->n; i++) {
		if (areas->area[i].id == id)
			return &areas->area[i];
	}
	return NULL;
}

int vmx_make_on(int fd, const char *request, struct made *made, int max)
{
	char *answer, *p, *end;
	int n = 0;
	int ret;

	ret = write_all(fd, request, strlen(request));
	if (ret)
		return ret;
	answer = slurp_fd(fd);
	if (!answer)
		return -errno;
	for (p = answer; *p; p = end + 1, n++) {
		struct made m = { 0 };

		m.id = strtoul(p, &end, 10);
		m.addr = strtoul(end, &end, 16);
		m.size = strtoul(end, &end, 10);
		if (*end != '\n') {
			printf("# alloc: cannot parse the answer: %s\n", p);
			n = -EUCLEAN;
			break;
		}
		if (n < max)
			made[n] = m;
	}
	free(answer);
	return n;
}

int vmx_make(const char *request, struct made *made, int max)
{
	int fd = open(vmx_path("alloc"), O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = vmx_make_on(fd, request, made, max);
	close(fd);
	return ret;
}

int vmx_free_id(unsigned long id)
{
	char request[32];

	snprintf(request, sizeof(request), "%lu", id);
	return vmx_ask("free", request);
}

/* ---- the witness module ---- */

int witness_load(void)
{
	return module_load("vmx_witness", "");
}

long witness(const char *fmt, ...)
{
	int fd = open(DEBUGFS "vmx_witness", O_RDWR | O_CLOEXEC);
	char text[128];
	va_list args;
	long ret;

	if (fd < 0)
		return -errno;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ret = write_all(fd, text, strlen(text));
	if (!ret) {
		ssize_t got = read(fd, text, sizeof(text) - 1);

		text[got < 0 ? 0 : got] = '\0';
		ret = got < 0 ? -errno : strtol(text, NULL, 10);
	}
	close(fd);
	return ret;
}

unsigned int witness_word(unsigned int seed, unsigned long word)
{
	return seed ^ (unsigned int)word * 2654435761U;
}

/* ---- the kernel ---- */

unsigned long page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

unsigned long leaf_size(void)
{
	return page_size() / 8 * page_size();
}

bool kernel_has(const char *option)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "zcat /proc/config.gz 2>/dev/null | grep -qx '%s'", option);
	return !system(command);
}

/*
 * The kernel prints the list a page at a time, and leaves a line out if an area before it
 * goes away between two pages: a module that has just been loaded gives its init code back.
 * So the most lines of several readings count.
 */
int vmallocinfo_lines(void)
{
	int i, n, most = 0;

	for (i = 0; i < 5; i++) {
		char *text = slurp("/proc/vmallocinfo"), *at;

		if (!text)
			return -errno;
		n = 0;
		for (at = text; (at = strstr(at, "[vmx]")); at++)
			n++;
		free(text);
		most = n > most ? n : most;
	}
	return most;
}

long free_pages(const char *zone)
{
	char *text, *line, *rest;
	char name[32] = "";
	long sum = 0, n;

	/* Add the per-CPU counters to what zoneinfo shows. */
	spill("/proc/sys/vm/stat_refresh", "1", 1);
	text = slurp("/proc/zoneinfo");
	if (!text)
		return -errno;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "Node %*d, zone %31s", name) == 1)
			continue;
		if (zone && strcmp(zone, name))
			continue;
		if (sscanf(line, " nr_free_pages %ld", &n) == 1 ||
		    sscanf(line, " count: %ld", &n) == 1)
			sum += n;
	}
	free(text);
	return sum;
}

long pages_missing(long before, long slack)
{
	long missing;
	int try;

	for (try = 0; try < 20; try++) {
		missing = before - free_pages(NULL);
		if (missing <= slack)
			break;
		/* Drop caches that the test itself filled, mostly dentries. */
		spill("/proc/sys/vm/drop_caches", "3", 1);
		usleep(50000);
	}
	return missing;
}

/* Return the number behind @key at the start of a line of @path. */
static long proc_number(const char *path, const char *key)
{
	char *text = slurp(path), *at = text;
	long number = -ENOENT;
	size_t len = strlen(key);

	if (!text)
		return -errno;
	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, key, len) && strchr(" :", at[len])) {
			number = strtol(at + len + 1, NULL, 10);
			break;
		}
	}
	free(text);
	return number;
}

long vmstat_count(const char *key)
{
	return proc_number("/proc/vmstat", key);
}

long meminfo_kib(const char *key)
{
	return proc_number("/proc/meminfo", key);
}

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

int kmsg_count(int fd, const char *prefix, char *line, size_t size)
{
	char record[2048];
	ssize_t got;
	int n = 0;

	/* EPIPE: the log buffer overwrote the next lines; go on behind them. */
	while ((got = read(fd, record, sizeof(record) - 1)) > 0 ||
	       (got < 0 && errno == EPIPE)) {
		char *text;

		if (got < 0)
			continue;
		record[got] = '\0';
		text = strchr(record, ';');
		if (!text || strncmp(text + 1, prefix, strlen(prefix)))
			continue;
		n++;
		if (line)
			snprintf(line, size, "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
	}
	return n;
}

/* Find the offset of @addr in /proc/kcore by its program headers, or -errno. */
static off_t kcore_offset(int fd, unsigned long addr)
{
	struct elf_header ehdr;
	struct elf_segment phdr;
	off_t at;
	int i;

	if (pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr))
		return -ENXIO;
	for (i = 0; i < ehdr.e_phnum; i++) {
		if (pread(fd, &phdr, sizeof(phdr), ehdr.e_phoff + i * sizeof(phdr)) !=
		    sizeof(phdr))
			return -ENXIO;
		if (phdr.p_type == PT_LOAD && addr >= phdr.p_vaddr &&
		    addr - phdr.p_vaddr < phdr.p_memsz) {
			at = phdr.p_offset + (addr - phdr.p_vaddr);
			return at < 0 ? -EOVERFLOW : at;
		}
	}
	return -ENXIO;
}

int kcore_read(unsigned long addr, void *bytes, size_t len)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	off_t at;
	int ret = 0;

	if (fd < 0)
		return -errno;
	at = kcore_offset(fd, addr);
	if (at < 0)
		ret = at;
	while (!ret && done < len) {
		ssize_t got = pread(fd, (char *)bytes + done, len - done, at + done);

		if (got <= 0)
			ret = got ? -errno : -EIO;
		else
			done += got;
	}
	close(fd);
	return ret;
}

int crowd_open(void)
{
	return open("/sys/kernel/debug/vmx_depot", O_RDWR | O_CLOEXEC);
}

int crowd_hold(int fd, unsigned long count, unsigned long pages)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu %lu", count, pages * page_size());
	return write_all(fd, text, strlen(text));
}

void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

unsigned int milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

unsigned long env_number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

unsigned int race_msec(void)
{
	return env_number("VMX_RACE_MSEC", 0) ?: 2000;
}

unsigned long random_below(struct random *random, unsigned long limit)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (random->state * 2685821657736338717ULL >> 33) % limit;
}

bool drop_cap_syslog(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps))
		return false;
	caps[CAP_TO_INDEX(CAP_SYSLOG)].effective &= ~CAP_TO_MASK(CAP_SYSLOG);
	caps[CAP_TO_INDEX(CAP_SYSLOG)].permitted &= ~CAP_TO_MASK(CAP_SYSLOG);
	return !syscall(SYS_capset, &head, caps);
}

int module_checks(const char *name, const char *params, char *line, size_t size)
{
	int checks = kmsg_open(), bugs = kmsg_open(), failed;
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "%s:", name);
	failed = module_load(name, params);
	if (failed)
		snprintf(line, size, "%s is not loaded: %s", name, strerror(-failed));
	if (kmsg_count(checks, prefix, line, size))
		failed = -1;
	if (kmsg_count(bugs, "BUG:", line, size))
		failed = -1;
	close(checks);
	close(bugs);
	if (module_loaded(name) && module_unload(name))
		failed = -1;
	return failed ? -1 : 0;
}

long module_checks_lose(const char *name, const char *params, long slack,
			char *line, size_t size)
{
	long before = 0, missing = slack + 1;
	int round;

	for (round = 0; round < 5 && missing > slack; round++) {
		if (module_checks(name, params, line, size))
			return LONG_MAX;
		if (vmx_stat("areas") || vmx_stat("pages")) {
			snprintf(line, size, "areas are left");
			return LONG_MAX;
		}
		missing = round ? pages_missing(before, slack) : slack + 1;
		before = free_pages(NULL);
	}
	snprintf(line, size, "the last of %d rounds has taken %ld frames", round, missing);
	return missing;
}

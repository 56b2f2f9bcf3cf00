// SPDX-License-Identifier: GPL-2.0
/*
 * The files that show the slice (gaps, map, area, walk, pgtables and mem) agree
 * with `areas`, with `stats`, and with what the kernel itself finds mapped
 */
#include <ctype.h>
#include <elf.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#ifdef __riscv
#include <asm/ptrace.h>		/* struct user_regs_struct */
#endif

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define MEM "/sys/kernel/debug/vmx/mem"

FIXTURE(explore) {
	struct areas areas;
	char *text;
};

/* Areas of several kinds, with a hole between them. */
FIXTURE_SETUP(explore)
{
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, witness_load());
	ASSERT_EQ(0, vmx_ask("alloc", "4K 20K 100K 2M\n3M huge\n64K count=5"));
	ASSERT_EQ(0, vmx_ask("free", "3"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_areas(&self->areas));
	ASSERT_EQ(9, self->areas.n);
}

FIXTURE_TEARDOWN(explore)
{
	areas_free(&self->areas);
	free(self->text);
	EXPECT_EQ(0, module_unload("vmx_witness"));
	EXPECT_EQ(0, vmx_unload());
}

/* Write a request to a file, and read the file into *@text. */
static void ask(struct __test_metadata *_metadata, const char *file, const char *request,
		char **text)
{
	ASSERT_EQ(0, vmx_ask(file, request))
		TH_LOG("%s > %s", request, file);
	free(*text);
	*text = vmx_read(file);
	ASSERT_NE(NULL, *text);
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* Does the line begin with @label and a range of addresses? */
static bool range_after(const char *line, const char *label, unsigned long *start,
			unsigned long *end)
{
	size_t len = strlen(label);

	return !strncmp(line, label, len) &&
	       sscanf(line + len, " 0x%lx-0x%lx", start, end) == 2;
}

/* Has this line, and not only a later one, @word? */
static bool line_has(const char *line, const char *word)
{
	return memmem(line, strcspn(line, "\n"), word, strlen(word));
}

/* Return the number behind @key at the start of a line, or ~0. */
static unsigned long field(const char *text, const char *key)
{
	char pattern[32];
	const char *at;

	snprintf(pattern, sizeof(pattern), "\n%s ", key);
	at = strstr(text, pattern);
	return at ? strtoul(at + strlen(pattern), NULL, 0) : ~0UL;
}

/* `gaps` lists exactly the holes between the areas, and their correct sums. */
TEST_F(explore, gaps)
{
	unsigned long at = self->areas.start, total = 0, largest = 0, n = 0, start, end;
	const char *line;
	char sums[64];
	size_t i;

	self->text = vmx_read("gaps");
	ASSERT_NE(NULL, self->text);
	line = next_line(self->text);
	for (i = 0; i <= self->areas.n; i++) {
		unsigned long limit = i < self->areas.n ?
			self->areas.area[i].start : self->areas.end;

		if (at < limit) {
			ASSERT_TRUE(range_after(line, "", &start, &end))
				TH_LOG("%s", line);
			EXPECT_EQ(at, start);
			EXPECT_EQ(limit, end);
			total += limit - at;
			largest = limit - at > largest ? limit - at : largest;
			n++;
			line = next_line(line);
		}
		if (i < self->areas.n)
			at = self->areas.area[i].end;
	}
	snprintf(sums, sizeof(sums), "# count=%lu total=%lu largest=%lu ", n, total, largest);
	EXPECT_EQ(0, strncmp(sums, line, strlen(sums)))
		TH_LOG("%s, and gaps says %s", sums, line);
	EXPECT_EQ(vmx_stat("hole_bytes"), total);
}

/* Areas of the same size, whose lines differ in one word from those before or behind. */
TEST_F(explore, lines_of_neighbours)
{
	static const struct {
		const char *request;
		unsigned long req;
		bool zero, child;
	} of[] = {
		{ "65536", 65536 }, { "65536", 65536 }, { "65535", 65535 },
		{ "65535 zero", 65535, true }, { "65535 zero", 65535, true, true },
		{ "65535 zero", 65535, true }, { "65535", 65535 }, { "65535", 65535 },
	};
	char pid[32], child_pid[32], *word;
	struct made made[ARRAY_SIZE(of)];
	const struct area *area;
	int i, status;

	ASSERT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	snprintf(pid, sizeof(pid), " pid=%d ", getpid());
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		pid_t child = of[i].child ? fork() : 0;

		if (of[i].child && child) {
			ASSERT_EQ(child, waitpid(child, &status, 0));
			ASSERT_EQ(0, status);
			snprintf(child_pid, sizeof(child_pid), " pid=%d ", child);
			made[i].id = made[i - 1].id + 1;
			continue;
		}
		status = vmx_make(of[i].request, &made[i], 1);
		if (of[i].child)
			_exit(status != 1);
		ASSERT_EQ(1, status);
	}
	areas_free(&self->areas);
	ASSERT_EQ(0, vmx_areas(&self->areas));
	ASSERT_EQ(ARRAY_SIZE(of), self->areas.n);
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		area = area_by_id(&self->areas, made[i].id);
		ASSERT_NE(NULL, area);
		EXPECT_EQ(of[i].req, area->req);
		word = strstr(area->text, " zero ");
		EXPECT_EQ(of[i].zero, !!word)
			TH_LOG("%s", area->text);
		EXPECT_NE(NULL, strstr(area->text, of[i].child ? child_pid : pid))
			TH_LOG("%s", area->text);
	}
}

/* `map` has the whole slice, and only characters of its legend. */
TEST_F(explore, map)
{
	unsigned long cells = 0;
	const char *line;

	ASSERT_EQ(0, vmx_ask("free", "1"));
	self->text = vmx_read("map");
	ASSERT_NE(NULL, self->text);
	for (line = self->text; *line; line = next_line(line)) {
		const char *cell = strchr(line, ' ') + 1;

		if (*line == '#')
			continue;
		EXPECT_EQ(strcspn(cell, "\n"), strspn(cell, ".,#HgcQ"))
			TH_LOG("%s", line);
		cells += strcspn(cell, "\n");
	}
	/* 32 lines of 64 characters */
	EXPECT_EQ(32 * 64, cells);
}

static void expect_walk(struct __test_metadata *_metadata, unsigned long addr, bool mapped,
			char **text)
{
	char request[32];

	snprintf(request, sizeof(request), "0x%lx", addr);
	ask(_metadata, "walk", request, text);
	EXPECT_EQ(mapped, !!strstr(*text, "\nmapped: frame 0x"))
		TH_LOG("%s", *text);
	EXPECT_EQ(!mapped, !!strstr(*text, "\nnot mapped: "))
		TH_LOG("%s", *text);
	EXPECT_EQ(mapped, witness("mapped 0x%lx", addr))
		TH_LOG("%s", *text);
}

/* `walk` finds mapped what the kernel does, and no guard page. */
TEST_F(explore, walk)
{
	size_t i;

	for (i = 0; i < self->areas.n; i++) {
		const struct area *area = &self->areas.area[i];
		unsigned long guard = area->end - page_size();

		expect_walk(_metadata, area->start, true, &self->text);
		expect_walk(_metadata, area->start + area->pages / 2 * page_size(), true,
			    &self->text);
		expect_walk(_metadata, guard - 1, true, &self->text);
		expect_walk(_metadata, guard, false, &self->text);
	}
	expect_walk(_metadata, self->areas.end - page_size(), false, &self->text);
}

TEST_F(explore, refusals)
{
	static const struct {
		const char *file, *request;
		int err;
	} refused[] = {
		{ "walk", "0x40000000", EINVAL },	/* user space */
		{ "walk", "-1", EINVAL },
		{ "walk", "vmalloc", EINVAL },
		{ "walk", "0x0 0x1000", EINVAL },
		{ "walk", "\n", EINVAL },
		{ "area", "3", ENOENT },		/* freed */
		{ "area", "100000", ENOENT },
		{ "area", "all", EINVAL },
		{ "area", "1 2", EINVAL },
		{ "area", "\n", EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_EQ(-refused[i].err, vmx_ask(refused[i].file, refused[i].request))
			TH_LOG("%s > %s", refused[i].request, refused[i].file);
	}
}

static void expect_text(struct __test_metadata *_metadata, char *text, const char *begins)
{
	ASSERT_NE(NULL, text);
	EXPECT_EQ(0, strncmp(begins, text, strlen(begins)))
		TH_LOG("not \"%s\" but %s", begins, text);
	free(text);
}

/* Expect the same answer from the open file @fd and from a new one. */
static void expect_answer(struct __test_metadata *_metadata, int fd, const char *file,
			  const char *answer)
{
	expect_text(_metadata, slurp_fd(fd), answer);
	expect_text(_metadata, vmx_read(file), answer);
}

/* After a refused write, `walk` and `area` do not repeat an earlier answer. */
TEST_F(explore, no_stale_answers)
{
	static const struct {
		const char *file, *fine, *answer, *wrong, *error;
	} files[] = {
		{ "walk", "0x0", "# vmx walk 1 ", "0x40000000", "EINVAL" },
		{ "area", "1", "# vmx area 1 id=1 ", "100000", "ENOENT" },
	};
	char path[64], refused[64];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/vmx/%s", files[i].file);
		fd = open(path, O_RDWR);
		ASSERT_LE(0, fd);
		expect_answer(_metadata, fd, files[i].file, "# write an address");
		ASSERT_EQ(0, write_all(fd, files[i].fine, strlen(files[i].fine)));
		expect_answer(_metadata, fd, files[i].file, files[i].answer);

		snprintf(refused, sizeof(refused), "# the last write was refused: %s; ",
			 files[i].error);
		ASSERT_GT(0, write_all(fd, files[i].wrong, strlen(files[i].wrong)));
		expect_answer(_metadata, fd, files[i].file, refused);

		ASSERT_EQ(0, write_all(fd, files[i].fine, strlen(files[i].fine)));
		expect_answer(_metadata, fd, files[i].file, files[i].answer);
		/* vmx refuses a blank write before it parses an address. */
		ASSERT_EQ(-EINVAL, write_all(fd, "\n", 1));
		expect_answer(_metadata, fd, files[i].file, "# the last write was refused: EINVAL");
		close(fd);
	}
}

static void expect_area(struct __test_metadata *_metadata, const char *text,
			const struct area *area)
{
	unsigned long frames = area->start, entries = area->start, start, end, leaves = 0;
	unsigned long pfn = 0, next_pfn = ~0UL;
	char now[64], before[64] = "";
	const char *line;
	int got;

	EXPECT_EQ(area->start, field(text, "addr      "));
	EXPECT_EQ(area->end - area->start, field(text, "size      "));
	EXPECT_EQ(area->pages, field(text, "nr_pages  "));
	EXPECT_EQ(0, field(text, "phys_addr "));
	/*
	 * The page array has one pointer for each leaf if the area consists
	 * only of leaves.
	 */
	if (line_has(area->text, " huge="))
		leaves = strtoul(strstr(area->text, " huge=") + 6, NULL, 10);
	if (field(text, "page_order") != ~0UL) {
		EXPECT_EQ(leaf_size() / page_size(), 1UL << field(text, "page_order"));
		EXPECT_EQ(area->pages, leaves * leaf_size() / page_size());
	}
	/* The lines of frames and those of entries cover all pages in order. */
	for (line = text; *line; line = next_line(line)) {
		if (range_after(line, "frames", &start, &end)) {
			EXPECT_EQ(frames, start)
				TH_LOG("%s", line);
			frames = end;
		} else if (range_after(line, "entries", &start, &end)) {
			EXPECT_EQ(entries, start)
				TH_LOG("%s", line);
			/* Entries that continue a line may not begin one. */
			got = sscanf(line, "%*s %*s %63[^=]=0x%lx", now, &pfn);
			ASSERT_EQ(2, got);
			EXPECT_FALSE(!strcmp(before, now) && next_pfn == pfn)
				TH_LOG("%s", line);
			memcpy(before, now, sizeof(now));
			next_pfn = pfn + (end - start) / page_size();
			entries = end;
		}
	}
	EXPECT_EQ(area->end - page_size(), frames);
	EXPECT_EQ(area->end - page_size(), entries);
}

/* Follow the field next from the first area to the last; check each area. */
TEST_F(explore, area)
{
	unsigned long id = self->areas.area[0].id;
	char request[32];
	size_t i;

	for (i = 0; i < self->areas.n; i++) {
		const char *next;

		ASSERT_EQ(self->areas.area[i].id, id);
		snprintf(request, sizeof(request), "%lu", id);
		ask(_metadata, "area", request, &self->text);
		expect_area(_metadata, self->text, &self->areas.area[i]);
		next = strstr(self->text, "\nnext ");
		ASSERT_NE(NULL, next);
		next = strstr(next, "(id=");
		id = next ? strtoul(next + strlen("(id="), NULL, 10) : 0;
	}
	EXPECT_EQ(0, id);
}

/* The lines of a range adjoin; in the slice, exactly the pages of areas are mapped. */
TEST_F(explore, pgtables)
{
	unsigned long start, end, last = 0, mapped = 0, pages = 0;
	const char *line;
	size_t i;

	self->text = vmx_read("pgtables");
	ASSERT_NE(NULL, self->text);
	for (line = self->text; *line; line = next_line(line)) {
		if (!strncmp(line, "---[ ", 5)) {
			last = 0;
			continue;
		}
		ASSERT_TRUE(range_after(line, "", &start, &end))
			TH_LOG("%s", line);
		EXPECT_EQ(last ? last : start, start)
			TH_LOG("%s", line);
		last = end;
		if (start < self->areas.start || start >= self->areas.end ||
		    !line_has(line, "frames="))
			continue;
		EXPECT_TRUE(line_has(line, " id="))
			TH_LOG("%s", line);
		mapped += (end - start) / page_size();
	}
	for (i = 0; i < self->areas.n; i++)
		pages += self->areas.area[i].pages;
	EXPECT_EQ(pages, mapped);
}

/* `mem` reads and writes the memory that the kernel has at the address. */
TEST_F(explore, mem)
{
	const struct area *area = area_by_id(&self->areas, 4);
	unsigned long offset = area->start - self->areas.start, i;
	unsigned int *words = malloc(area->req);
	ssize_t bytes = area->req;
	int fd = open(MEM, O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, witness("fill 0x%lx %lu 1", area->start, area->req));
	ASSERT_EQ(bytes, pread(fd, words, bytes, offset));
	for (i = 0; i < area->req / 4; i++) {
		ASSERT_EQ(witness_word(1, i), words[i])
			TH_LOG("byte %lu", 4 * i);
		words[i] = witness_word(2, i);
	}
	ASSERT_EQ(bytes, pwrite(fd, words, bytes, offset));
	EXPECT_EQ(0, witness("check 0x%lx %lu 2", area->start, area->req));

	/* Reads into, then of the guard page; then behind the slice. */
	EXPECT_EQ(100, pread(fd, words, 200, offset + bytes - 100));
	EXPECT_EQ(-1, pread(fd, words, 200, offset + bytes));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, pread(fd, words, 200, SLICE_BYTES));
	EXPECT_EQ(-1, pwrite(fd, words, 200, SLICE_BYTES));
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(0, pwrite(fd, words, 0, offset));
	free(words);
	close(fd);
}

/* Reading this page waits until the process is killed. */
static char *endless_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (unsigned long)page;
	range.range.len = page_size();
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &range))
		return NULL;
	return page;
}

/* Wait until the process sleeps. */
static bool wait_until_asleep(pid_t pid)
{
	char path[32], *text, state;
	int tries;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (tries = 0; tries < 1000; tries++) {
		text = slurp(path);
		state = text ? strrchr(text, ')')[2] : '?';
		free(text);
		if (state == 'S' || state == 'D')
			return true;
		usleep(10000);
	}
	return false;
}

/* The register that has the result of a system call. */
#if defined(__x86_64__)
#define RESULT rax
#elif defined(__i386__)
#define RESULT eax
#elif defined(__riscv)
#define RESULT a0
#elif defined(__arm__)
#define user_regs_struct user_regs
#define RESULT uregs[0]
#else
#define RESULT regs[0]
#endif

/* A read that a fatal signal ends before its first byte returns EINTR. */
TEST_F(explore, mem_killed)
{
	unsigned long offset = area_by_id(&self->areas, 4)->start - self->areas.start;
	struct user_regs_struct regs;
	struct iovec io = { .iov_base = &regs, .iov_len = sizeof(regs) };
	char *page = endless_page();
	int status, fd;
	pid_t child;

	if (!page)
		SKIP(return, "no userfaultfd");
	fd = open(MEM, O_RDONLY);
	ASSERT_LE(0, fd);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		page = endless_page();
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		pread(fd, page, 100, offset);
		_exit(1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACEEXIT));
	ASSERT_EQ(0, ptrace(PTRACE_CONT, child, NULL, NULL));
	ASSERT_TRUE(wait_until_asleep(child));
	kill(child, SIGKILL);
	/* The process stops once more, with the result of its system call. */
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &io));
	EXPECT_EQ(-EINTR, (long)regs.RESULT);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	waitpid(child, NULL, 0);
	close(fd);
}

/* Let write() read the byte: it returns EFAULT where a load raises SIGBUS. */
static bool can_read(const char *at)
{
	bool fine;
	int ends[2];

	if (pipe(ends))
		return false;
	fine = write(ends[1], at, 1) == 1;
	close(ends[0]);
	close(ends[1]);
	return fine;
}

/* A mapping shows the area, and keeps its frames after the area is freed. */
static void map_and_free(struct __test_metadata *_metadata, const struct area *area,
			 unsigned long offset)
{
	int fd = open(MEM, O_RDWR), read_only = open(MEM, O_RDONLY);
	unsigned long i;
	long before;
	char *map;

	ASSERT_LE(0, fd);
	before = free_pages(NULL);
	map = mmap(NULL, area->req + 8 * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   offset);
	ASSERT_NE(MAP_FAILED, map);
	memset(map, 0x5a, area->req);
	EXPECT_FALSE(can_read(map + area->req));	/* the guard page */
	ASSERT_EQ(0, vmx_free_id(area->id));
	ASSERT_EQ(0, vmx_ask("alloc", "4M zero"));
	for (i = 0; i < area->req; i += page_size()) {
		EXPECT_EQ(0x5a, map[i])
			TH_LOG("byte %lu", i);
	}
	ASSERT_EQ(0, munmap(map, area->req + 8 * page_size()));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	/* After munmap() and free, all frames of the area are free. */
	EXPECT_GE(128, pages_missing(before + area->pages, 128));

	/* A new mapping of a freed area is empty.  PROT_READ needs O_RDONLY. */
	map = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, read_only, offset);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_FALSE(can_read(map));
	munmap(map, page_size());
	close(read_only);
	close(fd);
}

TEST_F(explore, mem_mapped)
{
	const struct area *area = area_by_id(&self->areas, 5);

	map_and_free(_metadata, area, area->start - self->areas.start);
}

TEST_F(explore, mem_mapped_by_leaves)
{
	const struct area *area;
	struct areas areas;
	struct made made;
	char id[32], request[32];

	snprintf(request, sizeof(request), "%lu huge", 2 * leaf_size());
	ASSERT_EQ(1, vmx_make(request, &made, 1));
	ASSERT_EQ(0, vmx_areas(&areas));
	area = area_by_id(&areas, made.id);
	snprintf(id, sizeof(id), "%lu", made.id);
	ask(_metadata, "area", id, &self->text);
	expect_area(_metadata, self->text, area);
	map_and_free(_metadata, area, made.addr - areas.start);
	areas_free(&areas);
}

/* Find a call in a "print fmt" line that trace-cmd and perf cannot parse. */
static const char *unknown_call(const char *format)
{
	static const char * const known[] = {
		"__print_flags", "__print_symbolic", "__get_str"
	};
	const char *at, *word;
	size_t i;

	for (at = format; (at = strchr(at, '(')); at++) {
		for (word = at; word > format && (isalnum(word[-1]) || word[-1] == '_'); word--)
			;
		if (word == at)
			continue;
		for (i = 0; i < ARRAY_SIZE(known); i++) {
			if (!strncmp(word, known[i], at - word))
				break;
		}
		if (i == ARRAY_SIZE(known))
			return word;
	}
	return NULL;
}

/* trace-cmd shows an event that it cannot parse as [FAILED TO PARSE]. */
TEST_F(explore, trace_formats)
{
	glob_t found;
	size_t i;

	if (glob("/sys/kernel/tracing/events/vmx/*/format", 0, NULL, &found))
		SKIP(return, "no tracefs");
	EXPECT_LE(18, found.gl_pathc);
	for (i = 0; i < found.gl_pathc; i++) {
		char *text = slurp(found.gl_pathv[i]);
		const char *format, *call;

		ASSERT_NE(NULL, text);
		format = strstr(text, "print fmt: ");
		ASSERT_NE(NULL, format);
		call = unknown_call(format);
		EXPECT_EQ(NULL, call)
			TH_LOG("%s: %.40s", found.gl_pathv[i], call);
		free(text);
	}
	globfree(&found);
}

/* slice=0 takes no addresses and shows the kernel's page tables, and nothing else. */
TEST(observer)
{
	static const char * const there[] = { "README", "walk", "pgtables" };
	unsigned long start = 0, end;
	char *text, request[32];
	size_t i, files = 0;
	struct dirent *entry;
	DIR *dir;

	ASSERT_EQ(0, vmx_load("slice=0"));
	EXPECT_EQ(0, vmallocinfo_lines());
	dir = opendir("/sys/kernel/debug/vmx");
	ASSERT_NE(NULL, dir);
	while ((entry = readdir(dir)))
		files += *entry->d_name != '.';
	closedir(dir);
	EXPECT_EQ(ARRAY_SIZE(there), files);
	for (i = 0; i < ARRAY_SIZE(there); i++) {
		text = vmx_read(there[i]);
		EXPECT_NE(NULL, text)
			TH_LOG("%s", there[i]);
		free(text);
	}
	/* An address that the kernel has mapped. */
	text = vmx_read("pgtables");
	ASSERT_NE(NULL, text);
	ASSERT_NE(NULL, strstr(text, " frames="));
	for (const char *line = text; *line && !start; line = next_line(line)) {
		if (line_has(line, " frames=") && range_after(line, "", &start, &end))
			snprintf(request, sizeof(request), "0x%lx", start);
	}
	free(text);
	ASSERT_EQ(0, vmx_ask("walk", request));
	text = vmx_read("walk");
	EXPECT_NE(NULL, strstr(text, "\nmapped: frame 0x"));
	free(text);
	EXPECT_EQ(-EINVAL, vmx_ask("walk", "0x0"));
	/* A module that asks is refused, and nothing is left. */
	EXPECT_NE(0, module_load("vmx_user", ""));
	EXPECT_EQ(0, vmx_unload());
}

/* Small values of the fragmentation can be told apart, and the largest request is noted. */
TEST(fragmentation)
{
	unsigned long total, largest, asked, fit, count;
	double shown, is;
	char *text;
	int i, n;

	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vmx_ask("alloc", i == 2 ? "2M" : "4K 4K"));
		if (i < 2)
			ASSERT_EQ(0, vmx_ask("free", i ? "3" : "1"));
		ASSERT_EQ(0, vmx_ask("purge", "1"));
		text = vmx_read("gaps");
		ASSERT_NE(NULL, text);
		n = sscanf(strstr(text, "# count="),
			   "# count=%lu total=%lu largest=%lu fragmentation=%lf %*s %*s\n"
			   "# largest request lately: %lu bytes with its guard page; holes that hold it: %lu",
			   &count, &total, &largest, &shown, &asked, &fit);
		ASSERT_EQ(6, n)
			TH_LOG("%s", text);
		is = 1 - (double)largest / total;
		EXPECT_LT(0, shown);
		EXPECT_GE(is / 10, is > shown ? is - shown : shown - is);
		EXPECT_EQ(i == 2 ? 2 * MIB + page_size() : 2 * page_size(), asked);
		EXPECT_EQ(i == 2 ? 1 : count, fit);
		free(text);
	}
	EXPECT_EQ(0, vmx_unload());
}

TEST_HARNESS_MAIN

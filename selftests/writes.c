// SPDX-License-Identifier: GPL-2.0
/*
 * What counts as one request: writes after reads, in pieces, at an offset, and
 * empty, on one open file, for every file that accepts text
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define PATH "/sys/kernel/debug/vmx/"

/* Each file accepts both requests; the answers are those of a read. */
static const struct file {
	const char *name;
	const char *request[2], *answer[2], *wrong, *after_wrong;
	bool answers;
} files[] = {
	{ "alloc",
	  { "64K", "8K" }, { "3 0x", "4 0x" }, "8Q", "4 0x", true },
	{ "fit",
	  { "best", "first" }, { "best\n", "first\n" }, "worst", "first\n", true },
	{ "area",
	  { "1", "2" }, { "# vmx area 1 id=1 ", "# vmx area 1 id=2 " }, "100",
	  "# the last write was refused: ENOENT", true },
	{ "walk",
	  { "0x0", "0x1000" }, { "# vmx walk 1 address=0x", "# vmx walk 1 address=0x" },
	  "one", "# the last write was refused: EINVAL", true },
	{ .name = "free", .request = { "1", "2" }, .wrong = "100" },
	{ .name = "purge", .request = { "1", "1" }, .wrong = "2" },
};

FIXTURE(writes) {
	int fd[ARRAY_SIZE(files)];
};

FIXTURE_SETUP(writes)
{
	char path[64];
	size_t i;

	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
	ASSERT_EQ(0, vmx_ask("alloc", "4K 4K"));
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), PATH "%s", files[i].name);
		self->fd[i] = open(path, files[i].answers ? O_RDWR : O_WRONLY);
		ASSERT_LE(0, self->fd[i]);
	}
}

FIXTURE_TEARDOWN(writes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		close(self->fd[i]);
	EXPECT_EQ(0, vmx_unload());
}

static int put(int fd, const char *text)
{
	return write_all(fd, text, strlen(text));
}

static void expect_answer(struct __test_metadata *_metadata, int fd, const struct file *file,
			  const char *answer)
{
	char *text;

	if (!file->answers)
		return;
	text = slurp_fd(fd);
	ASSERT_NE(NULL, text);
	EXPECT_EQ(0, strncmp(text, answer, strlen(answer)))
		TH_LOG("%s: not \"%s\" but %s", file->name, answer, text);
	free(text);
}

/* Write, read @bytes, write again, and read the whole second answer. */
static void write_read_write(struct __test_metadata *_metadata, const int *fds, int bytes)
{
	static char buf[64 * KIB];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const struct file *file = &files[i];

		ASSERT_EQ(0, put(fds[i], file->request[0]))
			TH_LOG("%s", file->name);
		if (file->answers)
			ASSERT_LT(0, read(fds[i], buf, bytes));
		ASSERT_EQ(0, put(fds[i], file->request[1]))
			TH_LOG("%s, after %d bytes", file->name, bytes);
		expect_answer(_metadata, fds[i], file, file->answer[1]);
		if (!file->answers)
			continue;
		/* busybox's tail reads on after the end, until it gets nothing once more. */
		EXPECT_EQ(0, read(fds[i], buf, sizeof(buf)));
		EXPECT_EQ(0, read(fds[i], buf, sizeof(buf)));
		ASSERT_EQ(0, lseek(fds[i], 0, SEEK_SET));
		expect_answer(_metadata, fds[i], file, file->answer[1]);
	}
}

TEST_F(writes, after_one_byte)
{
	write_read_write(_metadata, self->fd, 1);
}

TEST_F(writes, after_some_bytes)
{
	write_read_write(_metadata, self->fd, 4);
}

TEST_F(writes, after_all_bytes)
{
	write_read_write(_metadata, self->fd, 64 * KIB);
}

/* A refused write makes the next read begin at the start, too. */
TEST_F(writes, refused_after_a_read)
{
	char byte;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const struct file *file = &files[i];

		if (!file->answers)
			continue;
		ASSERT_EQ(0, put(self->fd[i], file->request[0]));
		ASSERT_EQ(0, put(self->fd[i], file->request[1]));
		ASSERT_EQ(1, read(self->fd[i], &byte, 1));
		ASSERT_GT(0, put(self->fd[i], file->wrong))
			TH_LOG("%s", file->name);
		expect_answer(_metadata, self->fd[i], file, file->after_wrong);
		ASSERT_EQ(0, put(self->fd[i], file->request[1]));
	}
}

/* A seek moves the position for reads; a write() is taken at any. */
TEST_F(writes, after_a_seek)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		lseek(self->fd[i], 2, SEEK_SET);
		ASSERT_EQ(0, put(self->fd[i], files[i].request[0]))
			TH_LOG("%s", files[i].name);
		EXPECT_EQ(0, lseek(self->fd[i], 0, SEEK_CUR));
		expect_answer(_metadata, self->fd[i], &files[i], files[i].answer[0]);
	}
}

/* pread() at an offset has the same bytes as read(), and does not move it. */
TEST_F(writes, pread_between_writes)
{
	char whole[256], part[8];
	size_t i;
	int at;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!files[i].answers)
			continue;
		ASSERT_EQ(0, put(self->fd[i], files[i].request[0]));
		ASSERT_LT(3, read(self->fd[i], whole, 4));
		ASSERT_EQ(0, put(self->fd[i], files[i].request[1]));
		ASSERT_LE(5, pread(self->fd[i], whole, sizeof(whole), 0));
		for (at = 4; at >= 0; at--) {
			ASSERT_EQ(1, pread(self->fd[i], part, 1, at));
			EXPECT_EQ(whole[at], part[0])
				TH_LOG("%s, byte %d", files[i].name, at);
		}
		ASSERT_EQ(5, read(self->fd[i], part, 5));
		EXPECT_EQ(0, memcmp(whole, part, 5));
	}
}

/* Each request in two pieces, cut at each place, with empty ones around them. */
TEST_F(writes, in_pieces)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const char *request = files[i].request[0];
		size_t len = strlen(request);
		ssize_t done;

		for (cut = 0; cut <= len; cut++) {
			struct iovec pieces[] = {
				{ "", 0 }, { (char *)request, cut }, { "", 0 },
				{ (char *)request + cut, len - cut }, { "", 0 },
			};

			/* It can be freed once only. */
			if (!strcmp(files[i].name, "free") && cut)
				break;
			done = writev(self->fd[i], pieces, ARRAY_SIZE(pieces));
			EXPECT_EQ((ssize_t)len, done)
				TH_LOG("%s, cut at %zu", files[i].name, cut);
		}
	}
}

/* The pieces are one request, not one each. */
TEST_F(writes, pieces_are_one_text)
{
	struct iovec pieces[] = { { "64", 2 }, { "K coun", 6 }, { "t=2\n", 4 } };
	struct iovec empty_first[] = { { "", 0 }, { "12K", 3 } };
	struct iovec last_is_wrong[] = { { "4K ", 3 }, { "4K ", 3 }, { "frob", 4 } };
	struct made made[3];
	struct areas areas;

	ASSERT_EQ(12, writev(self->fd[0], pieces, 3));
	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_EQ(4, areas.n);
	EXPECT_EQ(64 * KIB, areas.area[2].req);
	EXPECT_EQ(64 * KIB, areas.area[3].req);
	areas_free(&areas);
	ASSERT_EQ(3, writev(self->fd[0], empty_first, 2));
	EXPECT_EQ(-1, writev(self->fd[0], last_is_wrong, 3));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(5, vmx_stat("areas"));
	EXPECT_EQ(1, vmx_make_on(self->fd[0], "4K", made, 3));
}

/* 4095 bytes at most, in however many pieces. */
TEST_F(writes, length_of_all_pieces)
{
	char text[3000];
	struct iovec pieces[] = { { text, 3000 }, { text, 1095 }, { text, 1 } };

	memset(text, ' ', sizeof(text));
	text[0] = '1';
	text[1] = 'K';
	EXPECT_EQ(4095, writev(self->fd[0], pieces, 2));
	EXPECT_EQ(-1, writev(self->fd[0], pieces, 3));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(4, vmx_stat("areas"));
}

TEST_F(writes, unreadable_piece)
{
	struct iovec pieces[] = { { "4K", 2 }, { (void *)16, 2 } };

	EXPECT_EQ(-1, writev(self->fd[0], pieces, 2));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(2, vmx_stat("areas"));
}

/* An empty write is no request: nothing changes, and it does not fail. */
TEST_F(writes, empty)
{
	struct iovec pieces[] = { { "", 0 }, { "", 0 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].answers)
			ASSERT_EQ(0, put(self->fd[i], files[i].request[0]));
		EXPECT_EQ(0, write(self->fd[i], "", 0))
			TH_LOG("%s", files[i].name);
		EXPECT_EQ(0, writev(self->fd[i], pieces, 2));
		expect_answer(_metadata, self->fd[i], &files[i], files[i].answer[0]);
	}
	EXPECT_EQ(0, vmx_stat("fail_einval"));
	EXPECT_EQ(3, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("purges"));
}

/*
 * pwrite() at another offset than 0 is refused. error_log says why, and its
 * caret points at no word, because none is wrong.
 */
TEST_F(writes, pwrite_at_an_offset)
{
	unsigned int refused = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const char *request = files[i].request[1];
		char expected[128], *log;

		EXPECT_EQ(-1, pwrite(self->fd[i], request, strlen(request), 3));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("%s", files[i].name);
		EXPECT_EQ(++refused, vmx_stat("fail_einval"));
		log = vmx_read("error_log");
		ASSERT_NE(NULL, log);
		snprintf(expected, sizeof(expected),
			 "] vmx: %s: error: EINVAL: a request is one write(), or a pwrite() at offset 0\n  Command: %s\n",
			 files[i].name, request);
		EXPECT_NE(NULL, strstr(log, expected))
			TH_LOG("%s", log);
		EXPECT_EQ(NULL, strchr(log, '^'));
		free(log);
	}
	EXPECT_EQ(2, vmx_stat("areas"));
}

/* At offset 0 it is taken, wherever the position is. */
TEST_F(writes, pwrite_at_0)
{
	char byte;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const char *request = files[i].request[1];

		if (files[i].answers) {
			ASSERT_EQ(0, put(self->fd[i], files[i].request[0]));
			ASSERT_EQ(1, read(self->fd[i], &byte, 1));
		}
		EXPECT_EQ((ssize_t)strlen(request),
			  pwrite(self->fd[i], request, strlen(request), 0))
			TH_LOG("%s", files[i].name);
		expect_answer(_metadata, self->fd[i], &files[i], files[i].answer[1]);
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * libkmod loads and unloads vmx many times, with live areas, with quarantined
 * addresses and with refused parameters. vmx gives everything back, by the
 * kernel's count of free frames and by /proc/vmallocinfo.
 */
#include <fcntl.h>
#include <libkmod.h>
#include <signal.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define ROUNDS 36	/* 4 of each of loads[] */

/*
 * Frames that may be missing.  With one CPU, less than one for each of the 16 successful
 * rounds, or of the 20 refused ones, so that a loss of one frame in each of these shows,
 * unless the kernel frees more.  Where the other CPUs cannot be switched off, each keeps
 * kernel stacks for reuse.
 */
#define NOISE 8
#define NOISE_OF_CPU 24

/* Switch all CPUs but the first one on or off, if this machine can. */
static void switch_others(bool on)
{
	char path[64];
	int cpu;

	for (cpu = 1; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
		spill(path, on ? "1" : "0", 1);
	}
}

FIXTURE(reload) {
	struct kmod_ctx *ctx;
	struct kmod_module *mod;
};

FIXTURE_SETUP(reload)
{
	const char *none = NULL;

	/* vmx_load() unloads modules that other tests have left. */
	if (!vmx_load("slice=4M"))
		vmx_unload();
	self->ctx = kmod_new(NULL, &none);
	ASSERT_NE(NULL, self->ctx);
	ASSERT_EQ(0, kmod_module_new_from_path(self->ctx, module_path("vmx"), &self->mod));
}

FIXTURE_TEARDOWN(reload)
{
	switch_others(true);
	if (module_loaded("vmx"))
		vmx_unload();
	EXPECT_FALSE(module_loaded("vmx"));
	EXPECT_EQ(0, vmallocinfo_lines());
	kmod_module_unref(self->mod);
	kmod_unref(self->ctx);
}

static int insert(struct kmod_module *mod, const char *params)
{
	return kmod_module_insert_module(mod, 0, params);
}

static int take_out(struct kmod_module *mod)
{
	return kmod_module_remove_module(mod, KMOD_REMOVE_NOLOG);
}

static const struct {
	const char *params;
	int err;
} loads[] = {
	{ "slice=8M", 0 },
	{ "slice=4M", 0 },
	{ "slice=4097", EINVAL },
	{ "slice=12M lazy_max=0", 0 },
	{ "slice=1023G", ENOMEM },
	{ "slice=16M lazy_max=1M", 0 },
	{ "slice=abc", EINVAL },
	{ "slice=6000 lazy_max=0", EINVAL },
	{ "slice=1022G magazines=0", ENOMEM },
};

static void one_round(struct __test_metadata *_metadata, struct kmod_module *mod, int round)
{
	int which = round % ARRAY_SIZE(loads);

	ASSERT_EQ(-loads[which].err, insert(mod, loads[which].params))
		TH_LOG("round %d: %s", round, loads[which].params);
	EXPECT_EQ(loads[which].err ? 0 : 1, vmallocinfo_lines());
	if (loads[which].err)
		return;
	/* The counters begin at 0 again. */
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(0, vmx_stat("allocs"));
	EXPECT_EQ(0, vmx_stat("quarantined_bytes"));
	EXPECT_EQ(vmx_stat("slice_bytes"), vmx_stat("hole_bytes"));
	/* Leave quarantined ranges and, in two of three rounds, live areas. */
	EXPECT_EQ(0, vmx_ask("alloc", "4K 64K 1M 4K count=9"));
	EXPECT_EQ(0, vmx_ask("free", round % 3 ? "2" : "all"));
	ASSERT_EQ(0, take_out(mod));
}

TEST_F(reload, many_rounds)
{
	/* KASAN's quarantine keeps memory for a while: see proof/lost.c. */
	bool kept = kernel_has("CONFIG_KASAN=y");
	long cpus, noise, before, missing;
	int round;

	switch_others(false);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	noise = kept ? 16 * ROUNDS : cpus == 1 ? NOISE : cpus * NOISE_OF_CPU;
	/* In the first rounds the kernel allocates memory that it keeps. */
	for (round = 0; round < 2 * (int)ARRAY_SIZE(loads); round++)
		one_round(_metadata, self->mod, round);
	/* pages_missing() drops them, too. */
	spill("/proc/sys/vm/drop_caches", "3", 1);
	before = free_pages(NULL);
	for (round = 0; round < ROUNDS; round++)
		one_round(_metadata, self->mod, round);
	missing = pages_missing(before, noise);
	TH_LOG("%d rounds, %ld frames missing afterwards", ROUNDS, missing);
	EXPECT_GE(noise, missing);
}

TEST_F(reload, with_live_areas)
{
	long before = free_pages(NULL);

	ASSERT_EQ(0, insert(self->mod, SLICE));
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=300 64K count=20 1M count=4"));
	EXPECT_EQ(0, take_out(self->mod));
	EXPECT_GE(200, pages_missing(before, 200));
}

TEST_F(reload, with_quarantined_ranges)
{
	ASSERT_EQ(0, insert(self->mod, "slice=8M" LAZY));
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=300"));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	EXPECT_LT(0, vmx_stat("quarantined_bytes"));
	EXPECT_EQ(0, take_out(self->mod));
}

/* While a process holds a file open, the kernel itself refuses to unload. */
TEST_F(reload, while_another_holds_a_file)
{
	static const char *const files[] = {
		"README", "alloc", "areas", "stats", "error_log", "free", "purge"
	};
	char path[64], byte;
	int ready[2], fd;
	size_t i;
	pid_t pid;

	ASSERT_EQ(0, insert(self->mod, "slice=8M"));
	ASSERT_EQ(0, vmx_ask("alloc", "4K 8K"));
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		ASSERT_EQ(0, pipe(ready));
		pid = fork();
		if (!pid) {
			snprintf(path, sizeof(path), "/sys/kernel/debug/vmx/%s", files[i]);
			fd = open(path, O_RDONLY);
			if (fd < 0)
				_exit(1);
			/* After one byte a list file is inside its list. */
			if (read(fd, &byte, 1) <= 1 && write(ready[1], "", 1) == 1)
				pause();
			_exit(1);
		}
		close(ready[1]);
		EXPECT_EQ(1, read(ready[0], &byte, 1));
		close(ready[0]);
		EXPECT_EQ(-EWOULDBLOCK, take_out(self->mod))
			TH_LOG("%s is open", files[i]);
		EXPECT_EQ(2, vmx_stat("areas"));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	EXPECT_EQ(0, take_out(self->mod));
}

TEST_F(reload, twice_in_a_row)
{
	ASSERT_EQ(0, insert(self->mod, "slice=8M"));
	EXPECT_EQ(-EEXIST, insert(self->mod, "slice=8M"));
	EXPECT_EQ(0, take_out(self->mod));
	EXPECT_EQ(-ENOENT, take_out(self->mod));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Failures: count them, and tell the log
 *
 * Units: bytes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>

#include "chain.h"

static atomic_long_t failures[VMX_FAIL_KINDS];

/* In the order of enum vmx_fail. */
static const int errnos[VMX_FAIL_KINDS] = {
	-EINVAL, -E2BIG, -ENOSPC, -ENOMEM, -ENOENT, -EPERM, -EINTR, -EIO,
};

/** vmx_count_failure() - count a request that was refused with @err */
void vmx_count_failure(int err)
{
	int i;

	for (i = 0; i < VMX_FAIL_KINDS; i++) {
		if (errnos[i] == err)
			atomic_long_inc(&failures[i]);
	}
}

/** vmx_failures_read() - return how many requests were refused with each errno */
void vmx_failures_read(unsigned long counts[VMX_FAIL_KINDS])
{
	int i;

	for (i = 0; i < VMX_FAIL_KINDS; i++)
		counts[i] = atomic_long_read(&failures[i]);
}

/**
 * vmx_warn_failed() - say in the log that a request fails, or has to wait
 * @gfp: the request's; with __GFP_NOWARN nothing is said
 * @size: bytes that were asked for
 * @err: why it fails, a negative errno; 0: it waits for addresses
 *
 * The lines are rate-limited.
 */
void vmx_warn_failed(gfp_t gfp, unsigned long size, int err)
{
	static DEFINE_RATELIMIT_STATE(rs, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	if (gfp & __GFP_NOWARN || !__ratelimit(&rs))
		return;
	if (err)
		pr_warn("%s: allocation of %lu bytes failed: %pe, mode:%#x(%pGg)\n",
			current->comm, size, ERR_PTR(err),
			(__force unsigned int)gfp, &gfp);
	else
		pr_warn("%s: allocation of %lu bytes waits for addresses, mode:%#x(%pGg)\n",
			current->comm, size, (__force unsigned int)gfp, &gfp);
	dump_stack();
}

/**
 * vmx_warn_not_freed() - say in the log that an address cannot be freed
 * @addr: not the start of an area, or that of an area that has been freed already
 *
 * This is for vmx_free_atomic(). It is not a WARN(), because that has no limit: a bug
 * that occurs in each interrupt would keep the CPU printing.
 *
 * Context: any except NMI.
 */
void vmx_warn_not_freed(const void *addr)
{
	static DEFINE_RATELIMIT_STATE(rs, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	if (!__ratelimit(&rs))
		return;
	pr_err("%p is not the start of an area: not freed\n", addr);
	dump_stack();
}

/**
 * vmx_fail_area() - count a failed allocation, and say so in the log
 * @area: an error pointer
 * @gfp: the request's
 * @size: bytes that were asked for
 *
 * Return: NULL, for the module that asked.
 */
void *vmx_fail_area(struct vmx_area *area, gfp_t gfp, unsigned long size)
{
	vmx_count_failure(PTR_ERR(area));
	vmx_warn_failed(gfp, size, PTR_ERR(area));
	return NULL;
}

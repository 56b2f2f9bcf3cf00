// SPDX-License-Identifier: GPL-2.0
/*
 * module_room: room for code: write it, make it executable, run it
 *
 * The code of a module is large, is loaded at any time, and is executed by address: it wants
 * an area, not frames in a row. Memory from kmalloc() is not executable, and should not
 * become so: its neighbours lie in the same page.
 *
 * Linux 3.10 took the room for modules from the vmalloc functions with PAGE_KERNEL_EXEC:
 * all of it could be written and executed at once. Whoever could write there, could run
 * anything. Today's kernel takes it from execmem_alloc(), and each page is either writable
 * or executable. vmx does the same: an area is written as data, then turns read-only and
 * executable with one call.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <vmx.h>

static int a = 6, b = 7, answer;
module_param(a, int, 0444);
module_param(b, int, 0444);
module_param(answer, int, 0444);
MODULE_PARM_DESC(a, "the first factor (default 6)");
MODULE_PARM_DESC(b, "the second factor (default 7)");
MODULE_PARM_DESC(answer, "what the code returned");

static bool fault;
module_param(fault, bool, 0444);
MODULE_PARM_DESC(fault, "run the code while it still is data: the kernel oopses");

/* int multiply(int, int), at whatever address */
static const u8 code[] = {
#if defined(CONFIG_X86_64)
	0xf3, 0x0f, 0x1e, 0xfa,		/* endbr64 */
	0x89, 0xf8,			/* mov %edi, %eax */
	0x0f, 0xaf, 0xc6,		/* imul %esi, %eax */
	0xc3,				/* ret */
#elif defined(CONFIG_X86_32)
	0xf3, 0x0f, 0x1e, 0xfb,		/* endbr32 */
	0x0f, 0xaf, 0xc2,		/* imul %edx, %eax */
	0xc3,				/* ret */
#elif defined(CONFIG_ARM64)
	0x5f, 0x24, 0x03, 0xd5,		/* bti c */
	0x00, 0x7c, 0x01, 0x1b,		/* mul w0, w0, w1 */
	0xc0, 0x03, 0x5f, 0xd6,		/* ret */
#elif defined(CONFIG_RISCV)
	0x3b, 0x05, 0xb5, 0x02,		/* mulw a0, a0, a1 */
	0x67, 0x80, 0x00, 0x00,		/* ret */
#elif defined(CONFIG_ARM)
	0x91, 0x00, 0x00, 0xe0,		/* mul r0, r1, r0 */
	0x1e, 0xff, 0x2f, 0xe1,		/* bx lr */
#else
#error "module_room has no code for this machine."
#endif
};

typedef int (*multiply_fn)(int x, int y);

static void *room;

/* __nocfi: a kernel with CFI expects a mark in front of code, and this has none. */
static noinline __nocfi int run(multiply_fn multiply)
{
	return multiply(a, b);
}

static int refuse(int err)
{
	if (err == -EOPNOTSUPP)
		pr_err("module_room: this CPU executes all data (no NX): no room for code is safe\n");
	else
		pr_err("module_room: no room for code: %pe\n", ERR_PTR(err));
	return err;
}

static int __init room_init(void)
{
	int err;

	room = vmx_alloc(sizeof(code));
	if (!room)
		return refuse(-ENOMEM);
	memcpy(room, code, sizeof(code));
	if (!fault) {
		err = vmx_set_memory_rox((unsigned long)room, find_vmx_area(room)->nr_pages);
		if (err) {
			vmx_free(room);
			return refuse(err);
		}
	}
	answer = run(room);
	pr_info("module_room: %d * %d = %d, says the code at 0x%px\n", a, b, answer, room);
	return 0;
}
module_init(room_init);

static void __exit room_exit(void)
{
	vmx_free(room);
}
module_exit(room_exit);

MODULE_DESCRIPTION("Sample: room for code");
MODULE_LICENSE("GPL");

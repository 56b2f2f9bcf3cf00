// SPDX-License-Identifier: GPL-2.0
/*
 * What an area of the vmalloc range is for, as far as its line tells.
 *
 * The functions are those that called vmalloc() and its like in Linux 3.10 to 7.3. Which
 * of a chain of functions is seen depends on what the compiler inlined, so all of a chain
 * are named.
 */
#include <string.h>

#include "kinds.h"
#include "vmxctl.h"

const struct look kinds[NR_KINDS] = {
	[KIND_VMALLOC] = { "vmalloc", 'v', 0x4477aa, 67, 4 },
	[KIND_MODULE] = { "module", 'm', 0xee7733, 208, 3 },
	[KIND_STACK] = { "stack", 's', 0x228833, 28, 2 },
	[KIND_BPF] = { "bpf", 'b', 0xaa3377, 126, 5 },
	[KIND_PERCPU] = { "percpu", 'p', 0x66ccee, 81, 6 },
	[KIND_IOREMAP] = { "ioremap", 'i', 0xccbb44, 179, 11 },
	[KIND_VMAP] = { "vmap", 'a', 0x99ddaa, 115, 10 },
	[KIND_VM_MAP_RAM] = { "vm_map_ram", 'r', 0x77aadd, 110, 12 },
	[KIND_USER] = { "user", 'u', 0xffaabb, 217, 13 },
	[KIND_DMA] = { "dma", 'd', 0x888833, 101, 3 },
	[KIND_VMX] = { "vmx", 'x', 0xee6677, 203, 9 },
	[KIND_KERNEL] = { "kernel", 'k', 0x555555, 240, 8 },
	[KIND_UNPURGED] = { "unpurged", 'q', 0x999999, 246, 7 },
	[KIND_OTHER] = { "other", 'o', 0xdddddd, 253, 15 },
};

/* "*" at the end stands for anything. */
static const struct {
	const char *function;
	enum kind kind;
} functions[] = {
	{ "module_alloc*", KIND_MODULE },
	{ "module_memory_alloc", KIND_MODULE },
	{ "load_module", KIND_MODULE },
	{ "move_module", KIND_MODULE },
	{ "layout_and_allocate", KIND_MODULE },
	{ "execmem_*", KIND_MODULE },
	{ "__execmem_*", KIND_MODULE },
	{ "alloc_thread_stack_node", KIND_STACK },
	{ "dup_task_struct", KIND_STACK },
	{ "copy_process", KIND_STACK },
	{ "kernel_clone", KIND_STACK },
	{ "_do_fork", KIND_STACK },
	{ "fork_idle", KIND_STACK },
	{ "create_io_thread", KIND_STACK },
	{ "arch_alloc_vmap_stack", KIND_STACK },
	{ "init_irq_stacks", KIND_STACK },
	{ "irq_init_percpu_irqstack", KIND_STACK },
	{ "map_irq_stack", KIND_STACK },
	{ "init_irq_scs", KIND_STACK },
	{ "scs_alloc", KIND_STACK },
	{ "sdei_*", KIND_STACK },
	{ "bpf_*", KIND_BPF },
	{ "__bpf_*", KIND_BPF },
	{ "alloc_new_pack", KIND_BPF },
	{ "arena_map_*", KIND_BPF },
	{ "___bpf_*", KIND_BPF },
	{ "pcpu_*", KIND_PERCPU },
	{ "paging_init", KIND_KERNEL },
	{ "map_kernel*", KIND_KERNEL },
	{ "declare_kernel_vmas", KIND_KERNEL },
	{ "declare_vma", KIND_KERNEL },
	{ "vmx_slice_reserve", KIND_VMX },
};

unsigned int function_length(const char *caller)
{
	return strcspn(caller, "+. ");
}

const char *module_of(const char *caller, unsigned int *length)
{
	const char *name = strstr(caller, " [");

	*length = 0;
	if (!name)
		return NULL;
	*length = strcspn(name + 2, "]");
	return name + 2;
}

enum kind kind_of_caller(const char *caller)
{
	unsigned int length = function_length(caller);

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		const char *function = functions[i].function;
		size_t known = strlen(function);

		if (function[known - 1] == '*' ?
		    length >= known - 1 && !strncmp(caller, function, known - 1) :
		    length == known && !strncmp(caller, function, known))
			return functions[i].kind;
	}
	return KIND_OTHER;
}

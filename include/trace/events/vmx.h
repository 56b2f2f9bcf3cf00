/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of the chapter, in their order, as tracepoints
 *
 *	vmx_request, vmx_descriptor, vmx_hole, vmx_link, vmx_page_array,
 *	vmx_take_block, vmx_table, vmx_entries, vmx_complete	an area is made
 *	vmx_too_many, vmx_too_little_memory, vmx_no_hole, vmx_weigh_purge,
 *	vmx_undo, vmx_refused				a request is refused or fails
 *	vmx_unlink, vmx_clear, vmx_return_block, vmx_quarantine	an area is freed
 *	vmx_purge, vmx_flush, vmx_hole_back		addresses become holes again
 *	vmx_cache_get, vmx_cache_put			magazines
 *	vmx_park, vmx_unpark, vmx_park_free		parked areas
 *
 * trace-cmd and perf evaluate TP_printk() themselves. So it may use only fields and
 * the few helpers that these programs know.
 *
 * Units: sizes and addresses in bytes, nr in pages or entries.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vmx

#if !defined(_TRACE_VMX_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_VMX_H

#include <linux/mm.h>
#include <linux/tracepoint.h>
#include <vmx.h>
#include <trace/events/mmflags.h>

/* The names of the fits, for programs that read the events. */
#define FIT(NAME, name) TRACE_DEFINE_ENUM(VMX_FIT_##NAME);
VMX_FITS(FIT)
#undef FIT
#define VMX_FIT_SYMBOL(NAME, name) { VMX_FIT_##NAME, #name },

TRACE_EVENT(vmx_request,
	TP_PROTO(unsigned long size, unsigned long align, gfp_t gfp, int node,
		 const void *caller),
	TP_ARGS(size, align, gfp, node, caller),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(unsigned long, aligned)
		__field(unsigned long, align)
		__field(unsigned long, gfp)
		__field(int, node)
		__field(const void *, caller)
	),
	TP_fast_assign(
		__entry->size = size;
		__entry->aligned = PAGE_ALIGN(size);
		__entry->align = align;
		__entry->gfp = (__force unsigned long)gfp;
		__entry->node = node;
		__entry->caller = caller;
	),
	TP_printk("size=%lu aligned=%lu align=%lu gfp=%s node=%d caller=%pS",
		  __entry->size, __entry->aligned, __entry->align,
		  show_gfp_flags(__entry->gfp), __entry->node, __entry->caller)
);

TRACE_EVENT(vmx_descriptor,
	TP_PROTO(const void *area, unsigned long size, unsigned long guard),
	TP_ARGS(area, size, guard),
	TP_STRUCT__entry(
		__field(const void *, area)
		__field(unsigned long, size)
		__field(unsigned long, guard)
	),
	TP_fast_assign(
		__entry->area = area;
		__entry->size = size;
		__entry->guard = guard;
	),
	TP_printk("area=%p size=%lu guard=%lu", __entry->area, __entry->size,
		  __entry->guard)
);

/*
 * addr is 0 if no hole fits. hole and hole_size describe the chosen hole. hole is a
 * pointer because "perf trace" shows a number in decimal, with a sign, unless it is a
 * pointer or has "addr" in its name.
 */
TRACE_EVENT(vmx_hole,
	TP_PROTO(const struct vmx_area *area, unsigned long align,
		 unsigned int looked, unsigned long addr,
		 const struct vmx_area *succ),
	TP_ARGS(area, align, looked, addr, succ),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(unsigned long, align)
		__field(unsigned int, fit)
		__field(unsigned int, looked)
		__field(unsigned long, addr)
		__field(const void *, hole)
		__field(unsigned long, hole_size)
	),
	TP_fast_assign(
		__entry->size = area->size;
		__entry->align = align;
		__entry->fit = VMX_FIT_OF(area->flags);
		__entry->looked = looked;
		__entry->addr = addr;
		__entry->hole = succ ? succ->addr - succ->hole->size : NULL;
		__entry->hole_size = succ ? succ->hole->size : 0;
	),
	TP_printk("size=%lu align=%lu fit=%s looked=%u addr=0x%lx hole=0x%lx hole_size=%lu",
		  __entry->size, __entry->align,
		  __print_symbolic(__entry->fit, VMX_FITS(VMX_FIT_SYMBOL) { -1, NULL }),
		  __entry->looked, __entry->addr, (unsigned long)__entry->hole,
		  __entry->hole_size)
);

/* The slice when no hole fits. longest: the longest hole; all in bytes. */
TRACE_EVENT(vmx_no_hole,
	TP_PROTO(unsigned long size, unsigned long align, unsigned long holes,
		 unsigned long longest, unsigned long quarantined),
	TP_ARGS(size, align, holes, longest, quarantined),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(unsigned long, align)
		__field(unsigned long, holes)
		__field(unsigned long, longest)
		__field(unsigned long, quarantined)
	),
	TP_fast_assign(
		__entry->size = size;
		__entry->align = align;
		__entry->holes = holes;
		__entry->longest = longest;
		__entry->quarantined = quarantined;
	),
	TP_printk("size=%lu align=%lu holes=%lu longest=%lu quarantined=%lu",
		  __entry->size, __entry->align, __entry->holes,
		  __entry->longest, __entry->quarantined)
);

/* Could a purge make the hole? Only then is there one. */
TRACE_EVENT(vmx_weigh_purge,
	TP_PROTO(unsigned long size, bool could_help),
	TP_ARGS(size, could_help),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(bool, could_help)
	),
	TP_fast_assign(
		__entry->size = size;
		__entry->could_help = could_help;
	),
	TP_printk("size=%lu could_help=%d", __entry->size, __entry->could_help)
);

/* A descriptor is given back; addr is 0 if it had no addresses yet. */
TRACE_EVENT(vmx_undo,
	TP_PROTO(const void *area, unsigned long addr, unsigned long size),
	TP_ARGS(area, addr, size),
	TP_STRUCT__entry(
		__field(const void *, area)
		__field(unsigned long, addr)
		__field(unsigned long, size)
	),
	TP_fast_assign(
		__entry->area = area;
		__entry->addr = addr;
		__entry->size = size;
	),
	TP_printk("area=%p addr=0x%lx size=%lu", __entry->area, __entry->addr,
		  __entry->size)
);

TRACE_EVENT(vmx_page_array,
	TP_PROTO(const struct vmx_area *area, const void *pages, unsigned int nr,
		 unsigned int page_order),
	TP_ARGS(area, pages, nr, page_order),
	TP_STRUCT__entry(
		__field(const void *, pages)
		__field(unsigned int, nr)
		__field(unsigned int, page_order)
		__field(unsigned long, flags)
	),
	TP_fast_assign(
		__entry->pages = pages;
		__entry->nr = nr;
		__entry->page_order = page_order;
		__entry->flags = area->flags;
	),
	TP_printk("pages=%p nr=%u page_order=%u flags=0x%lx", __entry->pages,
		  __entry->nr, __entry->page_order, __entry->flags)
);

DECLARE_EVENT_CLASS(vmx_block,
	TP_PROTO(struct page *page, unsigned int order),
	TP_ARGS(page, order),
	TP_STRUCT__entry(
		__field(unsigned long, pfn)
		__field(unsigned int, order)
		__field(int, node)
		__string(zone, page_zone(page)->name)
	),
	TP_fast_assign(
		__entry->pfn = page_to_pfn(page);
		__entry->order = order;
		__entry->node = page_to_nid(page);
		vmx_assign_str(zone, page_zone(page)->name);
	),
	TP_printk("pfn=0x%lx order=%u zone=%s node=%d", __entry->pfn,
		  __entry->order, __get_str(zone), __entry->node)
);

DEFINE_EVENT(vmx_block, vmx_take_block,
	TP_PROTO(struct page *page, unsigned int order),
	TP_ARGS(page, order)
);

DEFINE_EVENT(vmx_block, vmx_return_block,
	TP_PROTO(struct page *page, unsigned int order),
	TP_ARGS(page, order)
);

TRACE_EVENT(vmx_table,
	TP_PROTO(unsigned long addr, u64 value),
	TP_ARGS(addr, value),
	TP_STRUCT__entry(
		__field(unsigned long, addr)
		__field(u64, value)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->value = value;
	),
	TP_printk("addr=0x%lx entry=0x%llx", __entry->addr, __entry->value)
);

/* nr entries from addr on; level is 4 for PTEs, 3 for leaves in a PMD. */
DECLARE_EVENT_CLASS(vmx_run,
	TP_PROTO(unsigned long addr, int level, unsigned int nr),
	TP_ARGS(addr, level, nr),
	TP_STRUCT__entry(
		__field(unsigned long, addr)
		__field(int, level)
		__field(unsigned int, nr)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->level = level;
		__entry->nr = nr;
	),
	TP_printk("addr=0x%lx level=%s nr=%u", __entry->addr,
		  __entry->level == 4 ? "pte" : "pmd", __entry->nr)
);

DEFINE_EVENT(vmx_run, vmx_entries,
	TP_PROTO(unsigned long addr, int level, unsigned int nr),
	TP_ARGS(addr, level, nr)
);

DEFINE_EVENT(vmx_run, vmx_clear,
	TP_PROTO(unsigned long addr, int level, unsigned int nr),
	TP_ARGS(addr, level, nr)
);

DECLARE_EVENT_CLASS(vmx_whole_area,
	TP_PROTO(const struct vmx_area *area),
	TP_ARGS(area),
	TP_STRUCT__entry(
		__field(unsigned long, id)
		__field(unsigned long, addr)
		__field(unsigned long, size)
		__field(unsigned long, requested)
	),
	TP_fast_assign(
		__entry->id = area->id;
		__entry->addr = (unsigned long)area->addr;
		__entry->size = area->size;
		__entry->requested = area->requested;
	),
	TP_printk("id=%lu addr=0x%lx size=%lu requested=%lu", __entry->id,
		  __entry->addr, __entry->size, __entry->requested)
);

#define DEFINE_AREA_EVENT(name)						\
DEFINE_EVENT(vmx_whole_area, name,					\
	TP_PROTO(const struct vmx_area *area),				\
	TP_ARGS(area)							\
)

DEFINE_AREA_EVENT(vmx_link);
DEFINE_AREA_EVENT(vmx_complete);
DEFINE_AREA_EVENT(vmx_unlink);
DEFINE_AREA_EVENT(vmx_cache_get);
DEFINE_AREA_EVENT(vmx_cache_put);
DEFINE_AREA_EVENT(vmx_park);
DEFINE_AREA_EVENT(vmx_unpark);
DEFINE_AREA_EVENT(vmx_park_free);

/* The file "alloc" refuses a count of areas that the slice cannot hold. */
TRACE_EVENT(vmx_too_many,
	TP_PROTO(unsigned long size, unsigned long count, unsigned long slice),
	TP_ARGS(size, count, slice),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(unsigned long, count)
		__field(unsigned long, slice)
	),
	TP_fast_assign(
		__entry->size = size;
		__entry->count = count;
		__entry->slice = slice;
	),
	TP_printk("size=%lu count=%lu slice=%lu", __entry->size, __entry->count,
		  __entry->slice)
);

/* The file "alloc" refuses a request that would leave too little memory, in pages. */
TRACE_EVENT(vmx_too_little_memory,
	TP_PROTO(unsigned long pages, unsigned long available,
		 unsigned long reserve),
	TP_ARGS(pages, available, reserve),
	TP_STRUCT__entry(
		__field(unsigned long, pages)
		__field(unsigned long, available)
		__field(unsigned long, reserve)
	),
	TP_fast_assign(
		__entry->pages = pages;
		__entry->available = available;
		__entry->reserve = reserve;
	),
	TP_printk("pages=%lu available=%lu reserve=%lu", __entry->pages,
		  __entry->available, __entry->reserve)
);

TRACE_EVENT(vmx_refused,
	TP_PROTO(unsigned long size, int err),
	TP_ARGS(size, err),
	TP_STRUCT__entry(
		__field(unsigned long, size)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->size = size;
		__entry->err = err;
	),
	TP_printk("size=%lu err=%d", __entry->size, __entry->err)
);

/* bytes: quarantined bytes, this area included; above max a purge is due. */
TRACE_EVENT(vmx_quarantine,
	TP_PROTO(const void *addr, unsigned long size, unsigned long bytes,
		 unsigned long max),
	TP_ARGS(addr, size, bytes, max),
	TP_STRUCT__entry(
		__field(unsigned long, addr)
		__field(unsigned long, size)
		__field(unsigned long, bytes)
		__field(unsigned long, max)
	),
	TP_fast_assign(
		__entry->addr = (unsigned long)addr;
		__entry->size = size;
		__entry->bytes = bytes;
		__entry->max = max;
	),
	TP_printk("addr=0x%lx size=%lu bytes=%lu max=%lu", __entry->addr,
		  __entry->size, __entry->bytes, __entry->max)
);

TRACE_EVENT(vmx_purge,
	TP_PROTO(unsigned long ranges, unsigned long bytes),
	TP_ARGS(ranges, bytes),
	TP_STRUCT__entry(
		__field(unsigned long, ranges)
		__field(unsigned long, bytes)
	),
	TP_fast_assign(
		__entry->ranges = ranges;
		__entry->bytes = bytes;
	),
	TP_printk("ranges=%lu bytes=%lu", __entry->ranges, __entry->bytes)
);

TRACE_EVENT(vmx_flush,
	TP_PROTO(unsigned long count),
	TP_ARGS(count),
	TP_STRUCT__entry(
		__field(unsigned long, count)
	),
	TP_fast_assign(
		__entry->count = count;
	),
	TP_printk("count=%lu", __entry->count)
);

TRACE_EVENT(vmx_hole_back,
	TP_PROTO(const void *addr, unsigned long size),
	TP_ARGS(addr, size),
	TP_STRUCT__entry(
		__field(unsigned long, addr)
		__field(unsigned long, size)
	),
	TP_fast_assign(
		__entry->addr = (unsigned long)addr;
		__entry->size = size;
	),
	TP_printk("addr=0x%lx size=%lu", __entry->addr, __entry->size)
);

#endif /* _TRACE_VMX_H */

#include <trace/define_trace.h>

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PERCPU_H
#define _SHIM_PERCPU_H

#include "shim.h"

/* There is one CPU. Who holds its variables must not sleep. */
#define DEFINE_PER_CPU(type, name)	type name
#define get_cpu_ptr(p)			(shim_spinning++, (p))
#define put_cpu_ptr(p)			((void)(p), shim_spinning--)
#define raw_cpu_ptr(p)			(p)
#define per_cpu_ptr(p, cpu)		((void)(cpu), (p))
#define for_each_possible_cpu(cpu)	for (int once = !((cpu) = 0); once; once--)

#endif

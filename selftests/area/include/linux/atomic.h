/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_ATOMIC_H
#define _SHIM_ATOMIC_H

#include <linux/types.h>

/* There is one thread. */
#define atomic_long_read(v)		((v)->counter)
#define atomic_long_set(v, n)		((void)((v)->counter = (n)))
#define atomic_long_add(n, v)		((void)((v)->counter += (n)))
#define atomic_long_sub(n, v)		((void)((v)->counter -= (n)))
#define atomic_long_add_return(n, v)	((v)->counter += (n))

#define cmpxchg(p, old, new)			\
({						\
	typeof(p) _p = (p);			\
	typeof(*_p) _was = *_p;			\
						\
	if (_was == (old))			\
		*_p = (new);			\
	_was;					\
})

#endif

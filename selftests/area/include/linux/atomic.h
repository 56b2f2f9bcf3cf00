/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_ATOMIC_H
#define _SHIM_ATOMIC_H

/* There is one thread. */
#define try_cmpxchg(ptr, old, new) \
	(*(ptr) == *(old) ? (*(ptr) = (new), true) : (*(old) = *(ptr), false))

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_RCUPDATE_H
#define _SHIM_RCUPDATE_H

/* There is one thread. */
static inline void rcu_read_lock_sched(void) { }
static inline void rcu_read_unlock_sched(void) { }

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SCHED_H
#define _SHIM_SCHED_H

#include <sys/types.h>
#include "shim.h"

#define TASK_COMM_LEN	16

struct task_struct {
	pid_t	pid;
	char	comm[TASK_COMM_LEN];
};

extern struct task_struct *current;

#define might_sleep()	shim_might_sleep("might_sleep()")
#define cond_resched()	shim_cond_resched()

#endif

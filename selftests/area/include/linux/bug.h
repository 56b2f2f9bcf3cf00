/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BUG_H
#define _SHIM_BUG_H

#include "shim.h"

/* Tests provoke the same warning more than once: report each one. */
#define WARN_ON_ONCE(condition)	shim_warn(condition, #condition)

#endif

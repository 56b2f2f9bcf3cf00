/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BUG_H
#define _SHIM_BUG_H

#include "shim.h"

/* Tests provoke a warning more than once, so each one counts. */
#define WARN_ON_ONCE(condition)	shim_warn(condition, #condition)

#endif

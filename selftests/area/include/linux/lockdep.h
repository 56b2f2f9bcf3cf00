/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LOCKDEP_H
#define _SHIM_LOCKDEP_H

#include "shim.h"

#define lockdep_assert_held(lock)	shim_assert_held((lock)->held, #lock)

#endif

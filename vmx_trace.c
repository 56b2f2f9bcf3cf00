// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints' one definition
 *
 * What they are called by includes <trace/events/vmx.h> alone.
 *
 * Locking: none.  Units: said there.
 */
#include "vmx_compat.h"

#define CREATE_TRACE_POINTS
#include <trace/events/vmx.h>

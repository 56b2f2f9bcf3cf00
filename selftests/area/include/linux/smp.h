/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SMP_H
#define _SHIM_SMP_H

#define raw_smp_processor_id()	0

#endif

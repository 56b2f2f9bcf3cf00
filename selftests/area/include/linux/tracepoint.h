/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_TRACEPOINT_H
#define _SHIM_TRACEPOINT_H

/* As in a kernel without tracing: the compiler only checks the arguments. */
#define TP_PROTO(args...)	args
#define TRACE_EVENT(name, proto, ...) \
	static inline void trace_##name(proto) {}
#define DECLARE_EVENT_CLASS(class, ...) \
	static inline void trace_class_##class(void) {}
#define DEFINE_EVENT(class, name, proto, ...) \
	static inline void trace_##name(proto) { trace_class_##class(); }

#define TRACE_DEFINE_ENUM(name)

#endif

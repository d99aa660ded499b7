/* SPDX-License-Identifier: MIT */
/* What every user of libkmod needs: silence, and scope-bound release. */
#ifndef SOURCE_KMOD_SCOPE_H
#define SOURCE_KMOD_SCOPE_H

#include <libkmod.h>
#include <stdarg.h>

static inline void kmod_log_nothing(void *data, int priority, const char *file, int line,
	const char *function, const char *format, va_list arguments)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)arguments;
}

static inline void kmod_cleanup_module(struct kmod_module *const *module)
{
	if (*module)
		(void)kmod_module_unref(*module);
}

static inline void kmod_cleanup_list(struct kmod_list *const *list)
{
	if (*list)
		(void)kmod_module_unref_list(*list);
}

#endif

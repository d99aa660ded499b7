/* SPDX-License-Identifier: MIT */
#include "base/signal_name.h"

#include <signal.h>
#include <stddef.h>

/* sigabbrev_np(3) is glibc's alone. */
const char *signal_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} NAMES[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"},
		{SIGABRT, "SIGABRT"}, {SIGFPE, "SIGFPE"}, {SIGKILL, "SIGKILL"},
		{SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},
		{SIGPIPE, "SIGPIPE"}, {SIGHUP, "SIGHUP"}, {SIGINT, "SIGINT"}, {SIGQUIT, "SIGQUIT"}};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (NAMES[i].number == number)
			return NAMES[i].name;
	}
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * Preloaded, so that a test meets a collector at work: each child sleeps before it begins, for
 * SLOW_FORK_MS milliseconds.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

__attribute__((visibility("default"))) pid_t fork(void)
{
	pid_t (*original)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	const char *delay = getenv("SLOW_FORK_MS");
	pid_t pid = original();

	if (pid == 0 && delay)
		(void)usleep((useconds_t)atoi(delay) * 1000);
	return pid;
}

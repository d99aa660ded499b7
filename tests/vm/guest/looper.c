/* SPDX-License-Identifier: MIT */
/*
 * looper KIND: a process that gets nowhere. look: looks two paths up; sync: writes and syncs one
 * file; each again and again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void look(void)
{
	struct stat st;

	(void)!stat("/etc/os-release", &st);
	(void)!stat("/run/missing/socket", &st);
}

static void write_and_sync(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/run/state", O_RDWR | O_CREAT, 0600);
	(void)!pwrite(fd, "state=1\n", 8, 0);
	(void)fsync(fd);
}

int main(int argc, char **argv)
{
	void (*step)(void) = argc > 1 && strcmp(argv[1], "look") == 0   ? look
			     : argc > 1 && strcmp(argv[1], "sync") == 0 ? write_and_sync
									: NULL;

	if (!step) {
		fputs("usage: looper look|sync\n", stderr);
		return 2;
	}
	for (;;)
		step();
}

/* SPDX-License-Identifier: MIT */
/*
 * Preloaded, so that a probe does what one that was taken over would: where it asks for the name of
 * the kernel, it does what MISDEED says, with the file MISDEED_FILE. Its exit status 99 says that
 * nobody held it back.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static void write_elsewhere(const char *file)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	(void)!write(fd, "x", 1);
}

static void write_disk(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	(void)!pwrite(fd, "x", 1, 0);
}

static void cut_file(const char *file)
{
	(void)open(file, O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static void run_program(const char *file)
{
	char *argv[] = {"true", NULL};

	(void)file;
	(void)execv("/bin/true", argv);
}

static void send_away(const char *file)
{
	(void)file;
	(void)socket(AF_INET, SOCK_DGRAM, 0);
}

static void multiply(const char *file)
{
	(void)file;
	if (syscall(SYS_fork) == 0)
		_exit(0);
}

static const struct {
	const char *name;
	void (*run)(const char *file);
} MISDEEDS[] = {{"open-for-writing", write_elsewhere}, {"write-disk", write_disk},
	{"truncate", cut_file}, {"exec", run_program}, {"socket", send_away}, {"fork", multiply}};

__attribute__((visibility("default"))) int uname(struct utsname *name)
{
	const char *misdeed = getenv("MISDEED");

	for (size_t i = 0; misdeed && i < sizeof(MISDEEDS) / sizeof(MISDEEDS[0]); i++) {
		if (strcmp(misdeed, MISDEEDS[i].name) != 0)
			continue;
		MISDEEDS[i].run(getenv("MISDEED_FILE"));
		_exit(99);
	}
	return (int)syscall(SYS_uname, name);
}

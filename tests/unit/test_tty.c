/* SPDX-License-Identifier: MIT */
/*
 * Terminals are never waited for, whatever holds them up: how they are opened is seen by standing
 * in for sysroot_openat().
 */
#include "source/tty.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static char opened[64];
static int opened_flags;

int __wrap_sysroot_openat(const struct sysroot *root, const char *path, int flags);
int __wrap_sysroot_exists(const struct sysroot *root, const char *path);
int __wrap_sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret_stat);

int __wrap_sysroot_openat(const struct sysroot *root, const char *path, int flags)
{
	(void)root;
	(void)strncpy(opened, path, sizeof(opened) - 1);
	opened_flags = flags;
	return -ENXIO;
}

int __wrap_sysroot_exists(const struct sysroot *root, const char *path)
{
	(void)root;
	(void)path;
	return true;
}

int __wrap_sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret_stat)
{
	(void)root;
	(void)path;
	ret_stat->st_mode = S_IFCHR | 0600;
	return 0;
}

START_TEST(terminals_are_opened_without_waiting)
{
	static const struct sources SOURCES = {.root = {.fd = -1}};
	struct tty_state state;

	tty_examine(&SOURCES, "ttyS0", &state);
	ck_assert_str_eq(opened, "dev/ttyS0");
	ck_assert_int_eq(state.open, -ENXIO);
	ck_assert(opened_flags & O_NONBLOCK);
}

UNIT_MAIN("tty", terminals_are_opened_without_waiting)

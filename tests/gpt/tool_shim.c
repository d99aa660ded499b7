/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into sgdisk, sfdisk and parted: a file is a disk with logical sectors of $SECTOR_BYTES.
 */
#include <dlfcn.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int ioctl(int fd, unsigned long request, ...);

static int answer(unsigned long request, void *argument, const struct stat *st)
{
	const char *bytes = getenv("SECTOR_BYTES");
	int sector = bytes ? atoi(bytes) : 512;
	unsigned long units = (unsigned long)st->st_size / 512;
	uint64_t size = (uint64_t)st->st_size;

	switch (request) {
	case BLKSSZGET:
		memcpy(argument, &sector, sizeof(sector));
		return 0;
	case BLKGETSIZE:
		memcpy(argument, &units, sizeof(units));
		return 0;
	case BLKGETSIZE64:
		memcpy(argument, &size, sizeof(size));
		return 0;
	default:
		return -1;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, ...);
	struct stat st;
	va_list arguments;
	void *argument, *symbol = dlsym(RTLD_NEXT, "ioctl");

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && answer(request, argument, &st) == 0)
		return 0;
	memcpy(&next, &symbol, sizeof(next));
	return next(fd, request, argument);
}

/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into sgdisk, sfdisk and parted. With $SECTOR_BYTES a file is a disk with logical sectors
 * of that size. Nobody waits for a disk: what these tools write lives for a moment, and sgdisk has all
 * disks of the machine written out and sleeps for a second behind each change.
 */
#include <dlfcn.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int ioctl(int fd, unsigned long request, ...);

void sync(void);
int fsync(int fd);
int fdatasync(int fd);
unsigned sleep(unsigned seconds);

static int answer(
	const char *bytes, unsigned long request, void *argument, const struct stat *st)
{
	int sector = atoi(bytes);
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
	const char *bytes = getenv("SECTOR_BYTES");
	int (*next)(int, unsigned long, ...);
	struct stat st;
	va_list arguments;
	void *argument, *symbol = dlsym(RTLD_NEXT, "ioctl");

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (bytes && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		answer(bytes, request, argument, &st) == 0)
		return 0;
	memcpy(&next, &symbol, sizeof(next));
	return next(fd, request, argument);
}

void sync(void)
{
}

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

unsigned sleep(unsigned seconds)
{
	(void)seconds;
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Captures this machine as a tar archive that unpacks to the root directory of a fixture
 * (docs/fixtures.md). Reads only: a disk's headers, tables of the firmware, files of proc and sys;
 * of the consoles, and of serial ports that belong to none, only what opening them tells.
 *
 * Secrets are redacted, see paths.h and src/parse/redact.h; look through the result before you
 * give it away all the same.
 */
#include "base/text.h"
#include "capture/kernel_log.h"
#include "capture/paths.h"
#include "capture/tar.h"
#include "parse/cmdline.h"

#include <blkid.h>
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <linux/fs.h>
#include <linux/serial.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#ifndef TIOCGDEV
#define TIOCGDEV _IOR('T', 0x32, unsigned int)
#endif

enum {
	FILE_BYTES_MAX = 1 << 20,
	PATH_SIZE = 1024,
	LINKS_MAX = 40,
	KMSG_BYTES_MAX = 1 << 20,
	BAUD_CLOCK = 16,
	MBR_AND_GPT_SECTORS = 34,
	GPT_BACKUP_SECTORS = 33,
	SECTOR_MAX = 4096,
};

static struct tar tar;
static bool keeps_ids;
static char buffer[FILE_BYTES_MAX + 1];

/* ---------------------------------------------------------------------------------- redaction */

static bool matches_any(const char *const *patterns, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		if (fnmatch(patterns[i], path, 0) == 0)
			return true;
	}
	return false;
}

static void mask(char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (isdigit((unsigned char)text[i]))
			text[i] = '0';
		else if (isalpha((unsigned char)text[i]))
			text[i] = 'X';
	}
}

/* A hardware address anywhere in a text: its last three bytes go, the maker stays. */
static void mask_hardware_addresses(char *text)
{
	for (char *at = text; strlen(at) >= 17; at++) {
		bool is_address = true;

		for (int i = 0; i < 17 && is_address; i++)
			is_address = i % 3 == 2 ? at[i] == ':' : isxdigit((unsigned char)at[i]);
		if (is_address)
			memcpy(at + 9, "00:00:00", 8);
	}
}

/* The kernel command line, in place. Returns its new length. */
static size_t redact_cmdline(char *text, size_t size)
{
	char *copy = strdup(text);
	bool has_newline = *text && text[strlen(text) - 1] == '\n';
	unsigned count;

	copy[strcspn(copy, "\n")] = '\0';
	(void)cmdline_redact(copy, text, size - 1, &count);
	if (has_newline)
		strcat(text, "\n");
	free(copy);
	return strlen(text);
}

/* ----------------------------------------------------------------------------- files and links */

/* Pseudo-files say nothing about their size beforehand. -1 with errno set. */
static ssize_t read_whole(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	size_t length = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -1;
	while (length < FILE_BYTES_MAX &&
		(n = read(fd, buffer + length, FILE_BYTES_MAX - length)) > 0)
		length += (size_t)n;
	(void)close(fd);
	buffer[length] = '\0';
	return n < 0 && !length ? -1 : (ssize_t)length;
}

static void capture_file(const char *path)
{
	ssize_t n = tar_has(&tar, path) ? -1 : read_whole(path);
	size_t length = (size_t)n;

	if (n < 0)
		return;
	if (strcmp(path, "proc/cmdline") == 0)
		length = redact_cmdline(buffer, sizeof(buffer));
	if (!keeps_ids && matches_any(IDENTITIES, ARRAY_SIZE(IDENTITIES), path))
		mask(buffer, length);
	tar_add_file(&tar, path, buffer, length);
}

/* "a/b/c", "../../x" -> "a/x". Neither has links in it. */
static void path_join(char *base, const char *component)
{
	if (strcmp(component, "..") == 0) {
		char *slash = strrchr(base, '/');
		*(slash ? slash : base) = '\0';
	} else if (*component && strcmp(component, ".") != 0) {
		if (*base)
			strcat(base, "/");
		strcat(base, component);
	}
}

/* A relative link keeps its target. An absolute one in sys would lead out of a fixture when it is
 * looked at by other tools, so it gets as many ".." as it needs. */
static void capture_link(const char *path, const char *target)
{
	char relative[PATH_SIZE] = "";

	if (target[0] == '/' && text_starts_with(path, "sys/")) {
		for (const char *at = path; (at = strchr(at, '/')); at++)
			strcat(relative, "../");
		strcat(relative, target + 1);
		target = relative;
	}
	tar_add_link(&tar, path, target);
}

/* Captures the links that path goes through, and its content if it is a file. */
static void capture_path(const char *path, bool is_content_wanted)
{
	char todo[2 * PATH_SIZE], resolved[2 * PATH_SIZE] = "", target[PATH_SIZE];
	struct stat info = {0};
	int links = 0;

	text_copy(todo, sizeof(todo), path);
	while (*todo) {
		size_t length = strcspn(todo, "/");
		char component[PATH_SIZE], before[2 * PATH_SIZE];
		ssize_t n = -1;

		text_copy_bytes(component, sizeof(component), todo, length);
		memmove(todo, todo + length + (todo[length] == '/'), strlen(todo + length) + 1);
		text_copy(before, sizeof(before), resolved);
		path_join(resolved, component);
		if (lstat(*resolved ? resolved : ".", &info) < 0)
			return;
		/* proc/self is whoever looks: a folder, as far as a fixture is concerned. */
		if (S_ISLNK(info.st_mode) && strcmp(resolved, "proc/self") != 0)
			n = readlink(resolved, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		capture_link(resolved, target);
		if (++links > LINKS_MAX || strlen(target) + strlen(todo) + 2 > sizeof(todo) ||
			text_starts_with(path, "proc/1/fd/"))
			return;
		text_copy(resolved, sizeof(resolved), target[0] == '/' ? "" : before);
		memmove(todo + n + 1, todo, strlen(todo) + 1);
		memcpy(todo, target, (size_t)n);
		todo[n] = '/';
		if (todo[0] == '/')
			memmove(todo, todo + 1, strlen(todo));
	}
	if (S_ISREG(info.st_mode) && is_content_wanted)
		capture_file(resolved);
	else if (S_ISREG(info.st_mode))
		tar_add_file(&tar, resolved, "", 0);
}

static void capture_patterns(const char *const *patterns, size_t count, bool is_content_wanted)
{
	for (size_t i = 0; i < count; i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			if (!matches_any(LEFT_OUT, ARRAY_SIZE(LEFT_OUT), found.gl_pathv[k]))
				capture_path(found.gl_pathv[k], is_content_wanted);
		}
		globfree(&found);
	}
}

/* ------------------------------------------------------------------------------ the kernel log */

/* One read(2) gives one record. Those of bootprobe itself are not of this machine. */
static void capture_kernel_log(void)
{
	static char log[KMSG_BYTES_MAX];
	static struct kernel_log kernel_log;
	int fd = open("dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t length = 0;

	/* Its words come again in many places. */
	kernel_log_begin(&kernel_log, read_whole("proc/cmdline") < 0 ? "" : buffer);
	while (fd >= 0) {
		ssize_t n = read(fd, buffer, FILE_BYTES_MAX);
		size_t record;

		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		buffer[n] = '\0';
		if (strstr(buffer, ";bootprobe: "))
			continue;
		record = kernel_log_redact(&kernel_log, buffer, sizeof(buffer));
		if (!keeps_ids)
			mask_hardware_addresses(buffer);
		if (record > sizeof(log) - length)
			break;
		memcpy(log + length, buffer, record);
		length += record;
	}
	if (fd >= 0) {
		(void)close(fd);
		tar_add_file(&tar, "dev/kmsg", log, length);
	}
}

/* ----------------------------------------------------------------------------------- terminals */

static int result_of(long result)
{
	return result < 0 ? -errno : 0;
}

static void describe_serial(int fd, struct text *out)
{
	struct serial_struct serial = {.type = 0};
	int r = result_of(ioctl(fd, TIOCGSERIAL, &serial));
	char line[160];

	(void)snprintf(line, sizeof(line), "serial=%d\n", r);
	text_append(out, line);
	if (r < 0)
		return;
	(void)snprintf(line, sizeof(line), "type=%d\nport=0x%x\niomem=0x%lx\nirq=%d\nclock_hz=%d\n",
		serial.type, serial.port, (unsigned long)(uintptr_t)serial.iomem_base, serial.irq,
		serial.baud_base * BAUD_CLOCK);
	text_append(out, line);
}

static void describe_tty(int fd, struct text *out)
{
	struct pollfd poller = {.fd = fd, .events = POLLOUT};
	struct termios termios;
	unsigned device;
	char line[160];

	(void)snprintf(
		line, sizeof(line), "open=0\ntcgetattr=%d\n", result_of(tcgetattr(fd, &termios)));
	text_append(out, line);
	(void)snprintf(line, sizeof(line), "poll_out=%d\nwrite=%d\n",
		poll(&poller, 1, 0) > 0 && poller.revents & POLLOUT, result_of(write(fd, "", 0)));
	text_append(out, line);
	if (ioctl(fd, TIOCGDEV, &device) == 0) {
		(void)snprintf(line, sizeof(line), "dev=%u:%u\n", major(device), minor(device));
		text_append(out, line);
	}
	describe_serial(fd, out);
}

static void capture_tty(const char *name)
{
	char device[64], path[64], description[512], line[32];
	struct text out;
	int fd;

	if (!text_join(device, sizeof(device), "dev/", name, NULL) ||
		!text_join(path, sizeof(path), ".devices/tty/", name, NULL) || strchr(name, '/'))
		return;
	text_init(&out, description, sizeof(description));
	fd = open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		describe_tty(fd, &out);
		(void)close(fd);
	} else {
		(void)snprintf(line, sizeof(line), "open=%d\n", -errno);
		text_append(&out, line);
	}
	tar_add_file(&tar, path, description, out.length);
}

static void capture_named_consoles(const char *path)
{
	char *cursor = buffer, *field;

	if (read_whole(path) < 0)
		return;
	cursor = strdup(buffer);
	for (char *at = cursor; (field = text_next_field(&at));)
		capture_tty(field);
	free(cursor);
}

static void capture_requested_consoles(void)
{
	struct cmdline_parameter parameter;
	char *text;
	const char *cursor;

	if (read_whole("proc/cmdline") < 0)
		return;
	cursor = text = strdup(buffer);
	while (cmdline_next(&cursor, &parameter)) {
		char name[32];

		if (!cmdline_is_name(&parameter, "console") || !parameter.value)
			continue;
		text_copy_bytes(name, sizeof(name), parameter.value,
			strcspn(parameter.value, ", \n\"") < parameter.value_length
				? strcspn(parameter.value, ", \n\"")
				: parameter.value_length);
		if (*name && strcmp(name, "null") != 0)
			capture_tty(name);
	}
	free(text);
}

/* Opening a serial port moves its modem lines, so those that sysfs knows are left alone. */
static void capture_other_ttys(void)
{
	static const char *const PATTERNS[] = {
		"sys/class/tty/hvc*", "sys/class/tty/ttyS[0-7]", "sys/class/tty/ttyAMA*"};

	for (size_t i = 0; i < ARRAY_SIZE(PATTERNS); i++) {
		glob_t found;

		if (glob(PATTERNS[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			char type[PATH_SIZE];

			text_join(type, sizeof(type), found.gl_pathv[k], "/type", NULL);
			if (access(type, F_OK) < 0)
				capture_tty(strrchr(found.gl_pathv[k], '/') + 1);
		}
		globfree(&found);
	}
}

static void capture_ttys(void)
{
	capture_tty("console");
	capture_named_consoles("sys/class/tty/console/active");
	capture_requested_consoles();
	capture_other_ttys();
}

/* --------------------------------------------------------------------------------------- CPUID */

#if defined(__x86_64__) || defined(__i386__)
static unsigned describe_leaf(struct text *out, unsigned leaf)
{
	unsigned a = 0, b = 0, c = 0, d = 0;
	char line[64];

	__cpuid_count(leaf, 0, a, b, c, d);
	(void)snprintf(line, sizeof(line), "%08x %08x %08x %08x %08x\n", leaf, a, b, c, d);
	text_append(out, line);
	return a;
}

/* The maker, the features, the name, and the leaves by which hypervisors introduce themselves: one
 * that imitates Hyper-V does so at the first place, and tells its own name at a later one. */
static void capture_cpuid(void)
{
	static const unsigned LEAVES[] = {0x0, 0x1, 0x80000002, 0x80000003, 0x80000004};
	enum { FIRST = 0x40000000, STEP = 0x100, BLOCKS = 4, MORE = 6 };
	unsigned a, b, c = 0, d;
	char description[2048];
	struct text out;

	text_init(&out, description, sizeof(description));
	for (size_t i = 0; i < ARRAY_SIZE(LEAVES); i++)
		(void)describe_leaf(&out, LEAVES[i]);
	if (__get_cpuid(1, &a, &b, &c, &d) && c & 1U << 31) {
		for (unsigned leaf = FIRST; leaf < FIRST + BLOCKS * STEP; leaf += STEP) {
			unsigned last = describe_leaf(&out, leaf);
			for (unsigned i = 1; leaf == FIRST && i <= MORE && leaf + i <= last; i++)
				(void)describe_leaf(&out, leaf + i);
		}
	}
	tar_add_file(&tar, ".devices/cpuid", description, out.length);
}
#else
static void capture_cpuid(void)
{
}
#endif

/* --------------------------------------------------------------------------------------- disks */

static void capture_range(int fd, const char *name, uint64_t offset, size_t length)
{
	char path[96];
	ssize_t n = pread(fd, buffer, length, (off_t)offset);

	(void)snprintf(
		path, sizeof(path), ".devices/block/%s/%llu", name, (unsigned long long)offset);
	if (n > 0)
		tar_add_file(&tar, path, buffer, (size_t)n);
}

/* UEFI 2.10, table 5-5: where the other header is. 0: there is no GPT here. */
static uint64_t alternate_lba(int fd, uint64_t offset)
{
	char header[64];
	uint64_t lba;

	if (pread(fd, header, sizeof(header), (off_t)offset) != (ssize_t)sizeof(header) ||
		memcmp(header, "EFI PART", 8) != 0)
		return 0;
	memcpy(&lba, header + 32, sizeof(lba));
	return le64toh(lba);
}

static void capture_backup(int fd, const char *name, uint64_t lba, uint64_t sector)
{
	if (lba > 2 * MBR_AND_GPT_SECTORS && lba < INT64_MAX / sector)
		capture_range(fd, name, (lba - GPT_BACKUP_SECTORS + 1) * sector,
			(size_t)sector * GPT_BACKUP_SECTORS);
}

/* The tables where they should be, and the backup where the primary header says. */
static void capture_headers(int fd, const char *name)
{
	uint64_t size = 0;
	int sector = 0;

	if (ioctl(fd, BLKGETSIZE64, &size) < 0 || ioctl(fd, BLKSSZGET, &sector) < 0 || !size ||
		sector <= 0 || sector > SECTOR_MAX)
		return;
	capture_range(fd, name, 0, (size_t)sector * MBR_AND_GPT_SECTORS);
	capture_backup(fd, name, size / (uint64_t)sector - 1, (uint64_t)sector);
	capture_backup(fd, name, alternate_lba(fd, (uint64_t)sector), (uint64_t)sector);
}

static void describe_blkid(blkid_probe probe, struct text *out)
{
	for (int i = 0; i < blkid_probe_numof_values(probe); i++) {
		const char *name, *value;

		if (blkid_probe_get_value(probe, i, &name, &value, NULL) < 0)
			continue;
		text_append(out, name);
		text_append_char(out, '=');
		text_append(out, value);
		text_append_char(out, '\n');
	}
}

/* As libblkid's low-level probing sees it. No file: it knows nothing there. */
static void capture_blkid(int fd, const char *name)
{
	blkid_probe probe = blkid_new_probe();
	char path[96], description[4096];
	struct text out;
	int r;

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0)
		return;
	(void)blkid_probe_enable_superblocks(probe, 1);
	(void)blkid_probe_set_superblocks_flags(probe,
		BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	(void)blkid_probe_enable_partitions(probe, 1);
	(void)blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	text_init(&out, description, sizeof(description));
	r = blkid_do_safeprobe(probe);
	if (r == 0)
		describe_blkid(probe, &out);
	else if (r == -2)
		text_append(&out, "AMBIVALENT=1\n");
	blkid_free_probe(probe);
	(void)snprintf(path, sizeof(path), ".devices/blkid/%s", name);
	if (out.length)
		tar_add_file(&tar, path, description, out.length);
}

static void capture_disk(const char *name)
{
	char device[PATH_SIZE], partition[PATH_SIZE];
	int fd;

	text_join(device, sizeof(device), "dev/", name, NULL);
	text_join(partition, sizeof(partition), "sys/class/block/", name, "/partition", NULL);
	fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (access(partition, F_OK) < 0)
		capture_headers(fd, name);
	capture_blkid(fd, name);
	(void)close(fd);
}

static void capture_disks(void)
{
	glob_t found;

	if (glob("sys/class/block/*", 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;

		if (!text_starts_with(name, "loop") && !text_starts_with(name, "ram"))
			capture_disk(name);
	}
	globfree(&found);
}

/* ----------------------------------------------------------------------------------------- run */

int main(int argc, char **argv)
{
	int at = 1;

	if (at < argc && strcmp(argv[at], "--keep-ids") == 0) {
		keeps_ids = true;
		at++;
	}
	if (argc != at + 1) {
		fprintf(stderr,
			"Usage: capture [--keep-ids] FILE|-\n"
			"Writes a tar archive of what bootprobe would look at on this machine.\n");
		return 2;
	}
	tar.fd =
		strcmp(argv[at], "-") == 0
			? STDOUT_FILENO
			: open(argv[at], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (tar.fd < 0 || chdir("/") < 0) {
		perror(argv[at]);
		return 1;
	}
	capture_patterns(CAPTURED, ARRAY_SIZE(CAPTURED), true);
	capture_patterns(MODULE_FILES, ARRAY_SIZE(MODULE_FILES), false);
	capture_kernel_log();
	capture_ttys();
	capture_cpuid();
	capture_disks();
	tar_finish(&tar);
	return tar.is_failed ? 1 : 0;
}

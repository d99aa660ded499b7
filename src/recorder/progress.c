/* SPDX-License-Identifier: MIT */
#include "recorder/progress.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/kmsg.h"
#include "parse/mountinfo.h"
#include "parse/proc_serial.h"
#include "parse/proc_system.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* At a look. What is beyond is looked at next time, or never. */
enum { MESSAGES_MAX = 512, UNITS_MAX = 2048 };

/* ------------------------------------------------------------------------------- what was there */

/* FNV-1a, 32 bits: two names that collide are one that is missed. Never 0. */
static uint32_t hash_words(uint32_t hash, const char *words, size_t length, bool with_digits)
{
	for (size_t i = 0; i < length; i++) {
		if (with_digits || words[i] < '0' || words[i] > '9')
			hash = (hash ^ (unsigned char)words[i]) * UINT32_C(0x01000193);
	}
	return hash ? hash : 1;
}

/* Open addressing; a quarter stays free, so that a search ends soon. */
static bool is_new(struct progress *progress, uint32_t hash)
{
	uint32_t at = hash % PROGRESS_SEEN_MAX;

	if (progress->seen_count >= PROGRESS_SEEN_MAX / 4 * 3)
		return true;
	for (; progress->seen[at]; at = (at + 1) % PROGRESS_SEEN_MAX) {
		if (progress->seen[at] == hash)
			return false;
	}
	progress->seen[at] = hash;
	progress->seen_count++;
	return true;
}

static void note(struct progress *progress, const char *kind, const char *words, size_t length,
	bool with_digits, uint64_t now_us)
{
	uint32_t hash = hash_words(UINT32_C(0x811c9dc5), kind, strlen(kind) + 1, true);

	if (is_new(progress, hash_words(hash, words, length, with_digits)))
		progress->last_us = now_us;
}

void progress_note(struct progress *progress, const char *kind, const char *name, uint64_t now_us)
{
	note(progress, kind, name, strlen(name), true, now_us);
}

void progress_note_words(struct progress *progress, const char *kind, const char *words,
	size_t length, uint64_t now_us)
{
	note(progress, kind, words, length, false, now_us);
}

/* ----------------------------------------------------------------------------------- what there is
 */

static void look_at_processes(
	struct progress *progress, const struct sysroot *proc, uint64_t own_processes)
{
	/* The line of interrupts may be longer than all the rest. */
	static char text[65536];
	struct proc_stat_totals totals;

	if (sysroot_read(proc, "stat", text, sizeof(text)) < 0 ||
		!proc_stat_totals_parse(text, &totals))
		return;
	progress->counters.processes =
		totals.processes > own_processes ? totals.processes - own_processes : 0;
}

/* What the kernel itself says tells of trouble as often as of progress: a disk that hangs has much
 * to say. */
static void look_at_messages(struct progress *progress, int fd, uint64_t now_us)
{
	static const char OURS[] = "bootprobe: ";
	static char bytes[KMSG_RECORD_MAX];
	struct kmsg_record record;

	for (unsigned i = 0; fd >= 0 && i < MESSAGES_MAX; i++) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		/* EPIPE: some were overwritten; the next one is there. */
		if (n < 0 && errno != EPIPE)
			return;
		if (n <= 0 || kmsg_parse(bytes, (size_t)n, &record) < 0 || !record.facility ||
			(record.text_length >= strlen(OURS) &&
				memcmp(record.text, OURS, strlen(OURS)) == 0))
			continue;
		progress->counters.messages++;
		progress_note_words(progress, "message", record.text, record.text_length, now_us);
	}
}

static void look_at_mounts(struct progress *progress, const struct sysroot *proc, uint64_t now_us)
{
	static char text[65536];
	struct mountinfo mount;
	char *cursor = text;
	uint64_t count = 0;
	ssize_t n = sysroot_read(proc, "1/mountinfo", text, sizeof(text));

	if (n < 0 && n != -EFBIG)
		return;
	while (mountinfo_next(&cursor, &mount)) {
		count++;
		progress_note(progress, mount.source, mount.mount_point, now_us);
	}
	progress->counters.mounts = count;
}

static void look_at_uevents(struct progress *progress, const struct sysroot *sys, uint64_t now_us)
{
	unsigned long long number;

	if (sysroot_number(sys, 10, &number, "kernel/uevent_seqnum", NULL) < 0)
		return;
	if (number != progress->counters.uevents)
		progress->last_us = now_us;
	progress->counters.uevents = number;
}

/* Links "invocation:NAME": one a unit that runs, or has run and remains. */
static void look_at_units(struct progress *progress, const struct sysroot *run, uint64_t now_us)
{
	static const char KIND[] = "invocation:";
	_cleanup_closedir_ DIR *directory =
		run->fd >= 0 ? sysroot_opendir(run, "systemd/units") : NULL;
	const char *name;
	uint64_t count = 0;

	while (directory && count < UNITS_MAX && (name = sysroot_next_entry(directory))) {
		if (!text_starts_with(name, KIND))
			continue;
		count++;
		progress_note(progress, "unit", name + strlen(KIND), now_us);
	}
	progress->counters.units = count;
}

static void look_at_consoles(struct progress *progress, const struct sysroot *proc)
{
	char text[8192], *cursor = text;
	struct proc_serial serial;
	uint64_t bytes = 0;
	ssize_t n = sysroot_read(proc, "tty/driver/serial", text, sizeof(text));

	if (n < 0 && n != -EFBIG)
		return;
	while (proc_serial_next(&cursor, &serial))
		bytes += serial.has_counters ? serial.tx_bytes : 0;
	progress->counters.console_bytes = bytes;
}

void progress_look(struct progress *progress, const struct progress_sources *sources,
	uint64_t own_processes, uint64_t now_us)
{
	look_at_processes(progress, sources->proc, own_processes);
	look_at_messages(progress, sources->kmsg_fd, now_us);
	look_at_mounts(progress, sources->proc, now_us);
	look_at_uevents(progress, sources->sys, now_us);
	look_at_units(progress, sources->run, now_us);
	look_at_consoles(progress, sources->proc);
}

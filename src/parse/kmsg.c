/* SPDX-License-Identifier: MIT */
#include "parse/kmsg.h"

#include "base/text.h"
#include "parse/redact.h"

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ records */

static bool number_take(const char **cursor, const char *end, uint64_t *ret_value)
{
	char digits[21];
	size_t length = 0;

	while (*cursor + length < end && (*cursor)[length] >= '0' && (*cursor)[length] <= '9')
		length++;
	if (!text_copy_bytes(digits, sizeof(digits), *cursor, length) ||
		text_parse_u64(digits, 10, ret_value) < 0)
		return false;
	*cursor += length;
	return *cursor < end && *(*cursor)++ == ',';
}

int kmsg_parse(const char *bytes, size_t length, struct kmsg_record *ret_record)
{
	const char *cursor = bytes, *end = bytes + length;
	const char *text, *text_end;
	uint64_t priority, sequence, stamp;

	if (!number_take(&cursor, end, &priority) || !number_take(&cursor, end, &sequence) ||
		!number_take(&cursor, end, &stamp))
		return -EINVAL;
	/* Flags, and fields that later kernels may add. */
	text = memchr(cursor, ';', (size_t)(end - cursor));
	if (!text || priority > UINT32_MAX)
		return -EINVAL;
	text++;
	text_end = memchr(text, '\n', (size_t)(end - text));
	*ret_record = (struct kmsg_record){
		.facility = (unsigned)priority >> 3,
		.level = (unsigned)priority & 7,
		.sequence = sequence,
		.stamp_us = stamp,
		.text = text,
		.text_length = (size_t)((text_end ? text_end : end) - text),
	};
	return 0;
}

size_t kmsg_record_length(const char *bytes, size_t length, bool is_end)
{
	for (size_t at = 0; at < length; at++) {
		if (bytes[at] != '\n')
			continue;
		if (at + 1 == length)
			return is_end ? length : 0;
		if (bytes[at + 1] != ' ')
			return at + 1;
	}
	return is_end ? length : 0;
}

/* ------------------------------------------------------------------------------------- events */

enum subject_class { ANYTHING, TTY, DISK };

/* In a pattern * stands for any text and @ for the subject: a name without white space. A pattern
 * matches the whole text. The first match counts; IGNORED ends the search. */
#define IGNORED KERNEL_EVENT_OTHER

static const struct {
	enum kernel_event_kind kind;
	const char *pattern;
	enum subject_class subject;
} EVENTS[] = {
	/* "printk: console [ttyS0] enabled"; since 6.9 "printk: legacy console [...]";
	 * "bootconsole", "legacy bootconsole"; before 5.0 without "printk: ". */
	{KERNEL_EVENT_CONSOLE_ENABLED, "printk: *console [@] enabled", ANYTHING},
	{KERNEL_EVENT_CONSOLE_ENABLED, "console [@] enabled", ANYTHING},
	{KERNEL_EVENT_CONSOLE_ENABLED, "bootconsole [@] enabled", ANYTHING},
	{KERNEL_EVENT_NO_INITIAL_CONSOLE, "*unable to open an initial console*", ANYTHING},
	{KERNEL_EVENT_UART_FOUND, "*: @ at * is a *", TTY},

	{KERNEL_EVENT_DISK_ATTACHED, "sd *: [@] Attached SCSI*disk", DISK},
	{KERNEL_EVENT_DISK_ATTACHED, "sr *: Attached scsi CD-ROM @", ANYTHING},
	{KERNEL_EVENT_DISK_RESIZED, "virtio_blk *: [@] new size: *", DISK},
	{IGNORED, "@: detected capacity change from 0 to *", ANYTHING},
	{KERNEL_EVENT_DISK_RESIZED, "@: detected capacity change from *", DISK},
	{KERNEL_EVENT_DISK_ATTACHED, "virtio_blk *: [@] * logical blocks*", DISK},
	{KERNEL_EVENT_DISK_ATTACHED, "nvme @: pci function *", DISK},
	{KERNEL_EVENT_DISK_ATTACHED, "blkfront: @: *", DISK},
	{KERNEL_EVENT_DISK_ATTACHED, "@: mmc*iB*", DISK},

	{KERNEL_EVENT_IO_ERROR, " @: unable to read partition table", DISK},
	{KERNEL_EVENT_PARTITIONS, " @:*", DISK},
	{IGNORED, "GPT: Use GNU Parted to correct GPT errors.", ANYTHING},
	{KERNEL_EVENT_GPT_COMPLAINT, "GPT:*", ANYTHING},
	{KERNEL_EVENT_GPT_COMPLAINT, "*GPT is invalid*", ANYTHING},
	{KERNEL_EVENT_GPT_COMPLAINT, "@: p* beyond EOD*", DISK},

	{KERNEL_EVENT_MOUNT, "EXT?-fs (@): mounted filesystem*", ANYTHING},
	{KERNEL_EVENT_MOUNT, "XFS (@): Mounting *", ANYTHING},
	{KERNEL_EVENT_MOUNT, "BTRFS info (device @): first mount of filesystem*", ANYTHING},
	{KERNEL_EVENT_MOUNT, "BTRFS info (device @): using * checksum algorithm", ANYTHING},
	{KERNEL_EVENT_MOUNT, "erofs*(device @): mounted*", ANYTHING},
	{KERNEL_EVENT_MOUNT, "F2FS-fs (@): Mounted *", ANYTHING},
	{KERNEL_EVENT_MOUNT, "VFS: Mounted root*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "VFS: Cannot open root device*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "EXT?-fs (@): VFS: *", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "EXT?-fs (@): Cannot load *", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "EXT?-fs (@): *couldn't mount*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "EXT?-fs (@): *bad geometry*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "EXT?-fs (@): unable to read superblock", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "XFS (@): *nvalid *", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "XFS (@): SB validate failed*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "BTRFS error (device @): open_ctree failed*", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "FAT-fs (@): * not found", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "squashfs: *nknown *", ANYTHING},
	/* Tags that no device has. */
	{KERNEL_EVENT_MOUNT_FAILURE, "virtio-fs: tag <@> not found", ANYTHING},
	{KERNEL_EVENT_MOUNT_FAILURE, "9pnet_virtio: no channels available for device @", ANYTHING},

	{KERNEL_EVENT_MODULE_FAILURE, "@: Unknown symbol *", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "@: disagrees about version of symbol *", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "@: version magic *", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "@: Invalid relocation target*", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "*oading of *module* is rejected*", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "Module @ is blacklisted", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "*probe of @ failed with error *", ANYTHING},
	/* Since 6.11. */
	{KERNEL_EVENT_MODULE_FAILURE, "* @: probe with driver * failed with error *", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "*irect firmware load for @ failed with error *", ANYTHING},
	{KERNEL_EVENT_MODULE_FAILURE, "*firmware: failed to load @ *", ANYTHING},

	{KERNEL_EVENT_IO_ERROR, "*error, dev @, sector *", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "Buffer I/O error on dev @, *", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "Buffer I/O error on device @, *", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "EXT?-fs error (device @): *", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "nvme @: I/O * timeout*", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "nvme @: Device not ready*", ANYTHING},
	{KERNEL_EVENT_IO_ERROR, "@: failed command: *", ANYTHING},

	{KERNEL_EVENT_INITRD, "Trying to unpack rootfs image as initramfs*", ANYTHING},
	{KERNEL_EVENT_INITRD, "Initramfs unpacking failed*", ANYTHING},
	{KERNEL_EVENT_INITRD, "rootfs image is not initramfs*", ANYTHING},
	{KERNEL_EVENT_INITRD, "Run @ as init process", ANYTHING},
	{KERNEL_EVENT_INITRD, "Failed to execute @ (error *", ANYTHING},

	{KERNEL_EVENT_ACPI_ERROR, "ACPI Error: *", ANYTHING},
	{KERNEL_EVENT_ACPI_ERROR, "ACPI BIOS Error (bug): *", ANYTHING},
	{KERNEL_EVENT_ACPI_ERROR, "ACPI Exception: *", ANYTHING},
	{KERNEL_EVENT_OOM, "Out of memory: *", ANYTHING},
	{KERNEL_EVENT_OOM, "@ invoked oom-killer: *", ANYTHING},
	{KERNEL_EVENT_HUNG, "INFO: task @ blocked for more than *", ANYTHING},
	{KERNEL_EVENT_HUNG, "*BUG: soft lockup*", ANYTHING},
	{KERNEL_EVENT_PANIC, "Kernel panic - not syncing*", ANYTHING},
	{KERNEL_EVENT_PANIC, "BUG: *", ANYTHING},
	{KERNEL_EVENT_PANIC, "Oops: *", ANYTHING},
};

struct slice {
	const char *at;
	size_t length;
};

static const char NAME_BYTES[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+";

/* A name ends at white space and punctuation; a colon belongs to it only within 0000:00:05.0. */
static size_t name_length(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length && text[i]; i++) {
		bool is_inner_colon = text[i] == ':' && i && i + 1 < length && text[i + 1] &&
				      strchr(NAME_BYTES, text[i + 1]);

		if (!is_inner_colon && !strchr(NAME_BYTES, text[i]))
			break;
	}
	return i;
}

static bool is_of_class(struct slice subject, enum subject_class class)
{
	static const char *const DISKS[] = {"sd", "vd", "xvd", "hd", "nvme", "mmcblk", "nbd",
		"loop", "dasd", "pmem", "md", "sr", "zd", "bcache", "ubd"};
	static const char TTY_PREFIX[] = "tty";

	if (class == TTY)
		return subject.length > 3 && memcmp(subject.at, TTY_PREFIX, 3) == 0;
	if (class == ANYTHING)
		return subject.length > 0;
	for (size_t i = 0; i < ARRAY_SIZE(DISKS); i++) {
		size_t count = strlen(DISKS[i]);

		if (subject.length > count && memcmp(subject.at, DISKS[i], count) == 0)
			return true;
	}
	return false;
}

/* A pattern's place to come back to: the last star, and how much text it covers. */
struct retry {
	const char *pattern;
	size_t at;
};

/* One star is widened at a time, the last one: linear in text times pattern. */
static bool pattern_match(
	const char *pattern, struct slice text, enum subject_class class, struct slice *ret_subject)
{
	struct retry retry = {0};
	struct slice subject = {0};
	size_t at = 0;

	while (*pattern || at < text.length) {
		struct slice name = {text.at + at, 0};

		if (*pattern == '*') {
			retry = (struct retry){++pattern, at};
			if (!*pattern)
				break;
			continue;
		}
		if (*pattern == '@')
			name.length = name_length(name.at, text.length - at);
		if (name.length && is_of_class(name, class)) {
			subject = name;
			at += name.length;
			pattern++;
		} else if (at < text.length && *pattern && *pattern != '@' &&
			   (*pattern == text.at[at] || *pattern == '?')) {
			pattern++;
			at++;
		} else if (retry.pattern && retry.at < text.length) {
			at = ++retry.at;
			pattern = retry.pattern;
		} else {
			return false;
		}
	}
	*ret_subject = subject;
	return true;
}

/* A subject that is not in the text any more was, or held, the secret. */
static void event_say(struct kernel_event_fact *event, struct slice words, struct slice subject,
	const struct redacted *known)
{
	struct text text;

	text_init(&text, event->text, sizeof(event->text));
	(void)text_copy_bytes(event->subject, sizeof(event->subject), subject.at, subject.length);
	if (redact_text(words.at, words.length, known, &text) &&
		!strstr(event->text, event->subject))
		event->subject[0] = '\0';
	text_trim(event->text);
}

bool kmsg_judge(const struct kmsg_record *record, const struct redacted *known,
	struct kernel_event_fact *event)
{
	struct slice text = {record->text, record->text_length};
	struct slice subject;
	size_t i;

	if (record->facility != 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		if (pattern_match(EVENTS[i].pattern, text, EVENTS[i].subject, &subject))
			break;
	}
	if (i == ARRAY_SIZE(EVENTS) || EVENTS[i].kind == IGNORED)
		return false;
	*event = (struct kernel_event_fact){
		.kind = EVENTS[i].kind,
		.stamp_us = record->stamp_us,
		.sequence = record->sequence,
	};
	event_say(event, text, subject, known);
	return true;
}

/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include "base/text.h"
#include "parse/cmdline.h"
#include "parse/root_param.h"
#include "parse/uptime.h"
#include "source/cmdline.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

/* Devices that bear the name, as indices into facts->blocks. */
struct matches {
	uint32_t index[BLOCK_MAX];
	uint32_t count;
};

typedef bool (*match_fn)(const struct facts *facts, uint32_t index, const char *value);

static const struct filesystem_fact *filesystem_of(const struct facts *facts, uint32_t index)
{
	const struct filesystem_fact *filesystem = &facts->filesystems[index];

	return fact_is_known(&filesystem->once) ? filesystem : NULL;
}

/* UUIDs in either case, as udev's rules and mount(8) take them. */
static bool has_uuid(const struct facts *facts, uint32_t index, const char *value)
{
	const struct filesystem_fact *filesystem = filesystem_of(facts, index);

	return filesystem && strcasecmp(filesystem->uuid, value) == 0;
}

static bool has_label(const struct facts *facts, uint32_t index, const char *value)
{
	const struct filesystem_fact *filesystem = filesystem_of(facts, index);

	return filesystem && strcmp(filesystem->label, value) == 0;
}

static bool has_part_uuid(const struct facts *facts, uint32_t index, const char *value)
{
	const struct filesystem_fact *filesystem = filesystem_of(facts, index);

	return filesystem && strcasecmp(filesystem->part_uuid, value) == 0;
}

static bool has_part_label(const struct facts *facts, uint32_t index, const char *value)
{
	const struct filesystem_fact *filesystem = filesystem_of(facts, index);

	return filesystem && strcmp(filesystem->part_label, value) == 0;
}

static bool has_number(const struct facts *facts, uint32_t index, const char *value)
{
	const struct block_fact *block = &facts->blocks.item[index];
	uint32_t major, minor;

	return root_param_device_number(value, &major, &minor) && block->major == major &&
	       block->minor == minor;
}

/* "/dev/sda1", or "/dev/mapper/vg-root", whose name is the model of a dm device. */
static bool has_name(const struct facts *facts, uint32_t index, const char *value)
{
	const struct block_fact *block = &facts->blocks.item[index];
	static const char MAPPER[] = "/dev/mapper/";

	if (text_starts_with(value, MAPPER))
		return strcmp(block->transport, "dm") == 0 &&
		       strcmp(block->model, value + strlen(MAPPER)) == 0;
	return text_starts_with(value, "/dev/") && strcmp(block->name, value + 5) == 0;
}

static bool is_live_label(const struct facts *facts, uint32_t index, const char *value)
{
	static const char *const PREFIXES[] = {"LABEL=", "CDLABEL=", "/dev/disk/by-label/"};

	for (size_t i = 0; i < ARRAY_SIZE(PREFIXES); i++) {
		if (text_starts_with(value, PREFIXES[i]))
			return has_label(facts, index, value + strlen(PREFIXES[i]));
	}
	if (text_starts_with(value, "UUID="))
		return has_uuid(facts, index, value + 5);
	return text_starts_with(value, "/") ? has_name(facts, index, value)
					    : has_label(facts, index, value);
}

/* The root type of the Discoverable Partitions Specification for this architecture. */
static bool is_auto_root(const struct facts *facts, uint32_t index, const char *value)
{
	const struct block_fact *block = &facts->blocks.item[index];

	fact_foreach (gpt, facts->gpts) {
		if (!block->partition || strcmp(gpt->disk, block->parent) != 0)
			continue;
		for (uint32_t i = 0; i < GPT_PARTITIONS_MAX && i < gpt->partition_count; i++) {
			if (gpt->partition[i].number == block->partition)
				return strcmp(gpt->partition[i].type_name, value) == 0;
		}
	}
	return false;
}

static const match_fn MATCH[ROOT_KIND_COUNT] = {
	[ROOT_DEVICE] = has_name,
	[ROOT_UUID] = has_uuid,
	[ROOT_PARTUUID] = has_part_uuid,
	[ROOT_LABEL] = has_label,
	[ROOT_PARTLABEL] = has_part_label,
	[ROOT_GPT_AUTO] = is_auto_root,
	[ROOT_LIVE] = is_live_label,
};

/* ------------------------------------------------------------------------------- the devices */

static void find_matches(
	const struct facts *facts, match_fn match, const char *value, struct matches *matches)
{
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		if (!facts->blocks.item[i].is_removed && match(facts, i, value))
			matches->index[matches->count++] = i;
	}
}

static const struct block_fact *parent_of(const struct facts *facts, const struct block_fact *block)
{
	fact_foreach (parent, facts->blocks) {
		if (block->partition && strcmp(parent->name, block->parent) == 0)
			return parent;
	}
	return NULL;
}

/* Part of something larger: a path of a multipath disk, a member of a mirror. */
static bool is_held(const struct facts *facts, uint32_t index)
{
	const struct block_fact *block = &facts->blocks.item[index];
	const struct block_fact *parent = parent_of(facts, block);

	return !text_is_empty(block->holder) || (parent && !text_is_empty(parent->holder));
}

/* Where a device and those that it is made of bear the same name, the device is meant. */
static void drop_held(const struct facts *facts, struct matches *matches)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < matches->count; i++)
		kept += !is_held(facts, matches->index[i]);
	if (!kept)
		return;
	kept = 0;
	for (uint32_t i = 0; i < matches->count; i++) {
		if (!is_held(facts, matches->index[i]))
			matches->index[kept++] = matches->index[i];
	}
	matches->count = kept;
}

/* The devices of one btrfs or ZFS share its UUID and label; a copy of one shares UUID_SUB too. */
static bool is_one_filesystem(const struct facts *facts, const struct matches *matches)
{
	if (matches->count < 2)
		return false;
	for (uint32_t i = 0; i < matches->count; i++) {
		const struct filesystem_fact *one = filesystem_of(facts, matches->index[i]);
		if (!one || text_is_empty(one->uuid_sub))
			return false;
		for (uint32_t j = 0; j < i; j++) {
			const struct filesystem_fact *other =
				filesystem_of(facts, matches->index[j]);
			if (strcmp(one->uuid, other->uuid) != 0 ||
				strcmp(one->uuid_sub, other->uuid_sub) == 0)
				return false;
		}
	}
	return true;
}

/* PARTUUID=.../PARTNROFF=n: another partition of the same disk. */
static void shift_matches(const struct facts *facts, uint32_t offset, struct matches *matches)
{
	uint32_t count = fact_count(facts->blocks);

	for (uint32_t i = 0; offset && i < matches->count; i++) {
		const struct block_fact *from = &facts->blocks.item[matches->index[i]];
		for (uint32_t j = 0; j < count; j++) {
			const struct block_fact *to = &facts->blocks.item[j];
			if (to->partition == from->partition + offset &&
				strcmp(to->parent, from->parent) == 0)
				matches->index[i] = j;
		}
	}
}

/* A name of udev's making in /dev, as by-id or by-path: the device it leads to. */
static void follow_link(const struct sources *sources, const struct facts *facts, const char *value,
	struct matches *matches)
{
	char target[160];

	if (sysroot_resolve(&sources->root, value + 1, target + 1, sizeof(target) - 1) < 0)
		return;
	target[0] = '/';
	find_matches(facts, has_name, target, matches);
}

static bool is_udev_there(const struct facts *facts)
{
	fact_foreach (event, facts->device_events) {
		if (event->udev_us)
			return true;
	}
	return false;
}

/* A device is there when the kernel has it, a link to it when udev is through with it; without udev
 * nobody makes links. */
static uint64_t since_when(const struct facts *facts, const char *name, bool is_link)
{
	fact_foreach (event, facts->device_events) {
		if (strcmp(event->name, name) == 0)
			return is_link ? event->udev_us : event->arrived_us;
	}
	return 0;
}

static void publish_matches(
	const struct facts *facts, const struct matches *matches, struct root_fact *root)
{
	bool is_by_udev = root->kind != ROOT_DEVICE, is_link = is_by_udev && is_udev_there(facts);

	root->match_count = matches->count;
	root->is_one_filesystem = is_one_filesystem(facts, matches);
	for (uint32_t i = 0; i < matches->count; i++) {
		const struct block_fact *block = &facts->blocks.item[matches->index[i]];
		uint64_t since_us = since_when(facts, block->name, is_link);

		if (i < ROOT_MATCHES_MAX)
			(void)text_copy(root->matches[i], sizeof(root->matches[i]), block->name);
		if (since_us && (!root->resolved_us || since_us < root->resolved_us))
			root->resolved_us = since_us;
	}
	root->is_settling = matches->count && is_by_udev && !(is_link && root->resolved_us);
}

static void resolve_device(
	const struct sources *sources, const struct facts *facts, struct root_fact *root)
{
	static struct matches matches;
	char value[sizeof(root->value)];
	uint32_t offset;
	match_fn match = MATCH[root->kind];

	if (!match)
		return;
	matches.count = 0;
	(void)text_copy(value, sizeof(value), root->value);
	offset = root->kind == ROOT_PARTUUID ? root_param_take_offset(value) : 0;
	if (root->kind == ROOT_DEVICE && !text_starts_with(value, "/"))
		match = has_number;
	if (!text_is_empty(value))
		find_matches(facts, match, value, &matches);
	if (!matches.count && root->kind == ROOT_DEVICE && text_starts_with(value, "/dev/"))
		follow_link(sources, facts, value, &matches);
	shift_matches(facts, offset, &matches);
	drop_held(facts, &matches);
	publish_matches(facts, &matches, root);
}

/* --------------------------------------------------------------------------- other than disks */

static uint32_t virtio_type(enum root_kind kind)
{
	return kind == ROOT_9P ? VIRTIO_TYPE_9P : VIRTIO_TYPE_FS;
}

static const char *share_fstype(enum root_kind kind)
{
	return kind == ROOT_9P ? "9p" : "virtiofs";
}

static void add_share(
	const struct facts *facts, const struct virtio_device_fact *device, struct root_fact *root)
{
	uint64_t since_us = since_when(facts, device->name, false);

	if (root->match_count < ROOT_MATCHES_MAX)
		(void)text_copy(
			root->matches[root->match_count], sizeof(root->matches[0]), device->name);
	if (since_us && (!root->resolved_us || since_us < root->resolved_us))
		root->resolved_us = since_us;
	root->match_count++;
}

static bool is_share_mounted(const struct facts *facts, const struct root_fact *root)
{
	const struct handoff_fact *handoff = &facts->handoff;
	const char *fstype = share_fstype(root->kind);

	fact_foreach (mount, facts->mounts) {
		if (mount->id && strcmp(mount->fstype, fstype) == 0 &&
			strcmp(mount->source, root->value) == 0)
			return true;
	}
	return handoff->is_root_mounted == ANSWER_YES &&
	       strcmp(handoff->root_fstype, fstype) == 0 &&
	       strcmp(handoff->root_source, root->value) == 0;
}

/* Before Linux 6.9 no file tells the tag of a virtiofs device. Once that tag has been mounted, the
 * only such device is the one that has it. */
static void resolve_by_mount(const struct facts *facts, struct root_fact *root)
{
	const struct virtio_device_fact *only = NULL;

	if (!is_share_mounted(facts, root))
		return;
	fact_foreach (device, facts->virtio_devices) {
		if (device->type != virtio_type(root->kind) || !text_is_empty(device->tag))
			continue;
		if (only)
			return;
		only = device;
	}
	if (only)
		add_share(facts, only, root);
}

static void resolve_tag(const struct facts *facts, struct root_fact *root)
{
	fact_foreach (device, facts->virtio_devices) {
		if (device->type == virtio_type(root->kind) && !text_is_empty(device->tag) &&
			strcmp(device->tag, root->value) == 0)
			add_share(facts, device, root);
	}
	if (!root->match_count)
		resolve_by_mount(facts, root);
}

static void name_auto_root(
	const struct sources *sources, const struct facts *facts, struct root_fact *root)
{
	static const struct {
		const char *machine, *type_name;
	} TYPES[] = {
		{"x86_64", "linux-root-x86-64"},
		{"aarch64", "linux-root-arm64"},
		{"riscv64", "linux-root-riscv64"},
	};
	struct utsname name = {0};
	const char *machine = facts->platform.architecture;

	if (text_is_empty(machine) && !sources->root.is_fixture && uname(&name) == 0)
		machine = name.machine;
	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (strcmp(machine, TYPES[i].machine) == 0)
			(void)text_copy(root->value, sizeof(root->value), TYPES[i].type_name);
	}
}

static void parse(const char *cmdline, struct root_fact *root)
{
	char nfsroot[sizeof(root->value)];
	struct root_param param;
	bool has_spec = cmdline_get(cmdline, "root", root->spec, sizeof(root->spec));
	bool has_type =
		cmdline_get(cmdline, "rootfstype", root->rootfstype, sizeof(root->rootfstype));
	bool has_nfs = cmdline_get(cmdline, "nfsroot", nfsroot, sizeof(nfsroot));

	root_param_parse(has_spec ? root->spec : NULL, has_type ? root->rootfstype : NULL,
		has_nfs ? nfsroot : NULL, &param);
	root->kind = param.kind;
	(void)text_copy(root->value, sizeof(root->value), param.value);
}

/* The root of stage 2 by the number of its mount, or a share by its tag, which is what is mounted.
 */
static void note_mount(const struct facts *facts, struct root_fact *root)
{
	bool is_share = root->kind == ROOT_VIRTIOFS || root->kind == ROOT_9P;
	uint32_t id = facts->handoff.root_mount_id;

	fact_foreach (mount, facts->mounts) {
		bool is_it = id ? mount->id == id
				: is_share && mount->id &&
					     strcmp(mount->fstype, share_fstype(root->kind)) == 0 &&
					     strcmp(mount->source, root->value) == 0;

		if (is_it)
			root->mounted_us = mount->seen_us;
	}
}

/* Taken once, by the first pass that finds the root. */
static void note_idle(
	const struct sysroot *sysroot, const struct root_fact *before, struct root_fact *root)
{
	char text[64];

	if (!root->match_count)
		return;
	if (before->match_count) {
		root->has_idle = before->has_idle;
		root->resolved_idle_us = before->resolved_idle_us;
		return;
	}
	root->has_idle = sysroot_read(sysroot, "proc/uptime", text, sizeof(text)) > 0 &&
			 uptime_idle_us(text, &root->resolved_idle_us);
}

/* Devices are found by what the command line says, and reported by what may be shown of it. It is
 * redacted before anything is cut off: half a URL does not show where its password ends. */
static void redact(const char *cmdline, struct root_fact *root)
{
	static char shown[2 * CMDLINE_SIZE];
	static struct root_fact fact;
	unsigned count;

	(void)cmdline_redact(cmdline, shown, sizeof(shown), &count);
	memset(&fact, 0, sizeof(fact));
	parse(shown, &fact);
	(void)text_copy(root->spec, sizeof(root->spec), fact.spec);
	(void)text_copy(root->rootfstype, sizeof(root->rootfstype), fact.rootfstype);
	if (root->kind != ROOT_GPT_AUTO)
		(void)text_copy(root->value, sizeof(root->value), fact.value);
}

int root_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static char cmdline[CMDLINE_SIZE];
	/* Not in the shared memory: what stands there may be reported. */
	static struct root_fact root;
	int r = cmdline_source_read(&sources->root, cmdline, sizeof(cmdline));

	(void)subject;
	if (r < 0)
		return r;
	memset(&root, 0, sizeof(root));
	parse(text_trim(cmdline), &root);
	if (root.kind == ROOT_GPT_AUTO)
		name_auto_root(sources, facts, &root);
	if (root.kind == ROOT_VIRTIOFS || root.kind == ROOT_9P)
		resolve_tag(facts, &root);
	else
		resolve_device(sources, facts, &root);
	note_mount(facts, &root);
	note_idle(&sources->root, &facts->root, &root);
	redact(cmdline, &root);
	facts->root = root;
	fact_publish(&facts->root.once);
	return 0;
}

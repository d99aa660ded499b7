/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

/* -------------------------------------------------------------------------------- absent */

static void absent(void)
{
	lose_root();
	set_text(facts.root.spec, "UUID=1111");
}

static void absent_and_two_candidates(void)
{
	absent();
	(void)add_partition("vda", "vda2", 2);
	set_filesystem("vda2", "xfs", "2222");
}

static void absent_without_disk(void)
{
	absent();
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
}

static void absent_early(void)
{
	absent();
	facts.boot.phase = BOOT_PHASE_EARLY;
}

static void absent_on_a_running_machine(void)
{
	absent();
	facts.boot.phase = BOOT_PHASE_RUNNING;
}

static void found_by_others(void)
{
	absent();
	facts.handoff.is_root_mounted = ANSWER_YES;
}

static void absent_at_the_handoff(void)
{
	absent();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
	facts.handoff.is_root_mounted = ANSWER_NO;
}

/* A disk that is still being read may be the one. */
static void absent_so_far(void)
{
	absent();
	(void)add_probe("disk", "vdb", PROBE_RUNNING);
}

static void device_absent_meanwhile(void)
{
	absent_so_far();
	facts.root.kind = ROOT_DEVICE;
	set_text(facts.root.value, "/dev/sdq1");
}

static void on_nfs(void)
{
	absent();
	facts.root.kind = ROOT_NFS;
}

static void in_memory(void)
{
	absent();
	facts.root.kind = ROOT_DEVICE;
	set_text(facts.root.value, "/dev/ram0");
}

/* At the stall already: stage 1 was seen to mount it. */
static void in_tmpfs(void)
{
	absent();
	set_text(facts.root.in_memory, "tmpfs");
}

void in_initramfs(void)
{
	absent();
	facts.boot.phase = BOOT_PHASE_RUNNING;
	set_text(facts.root.in_memory, "initramfs");
}

/* The same, and nobody has said so. */
void in_tmpfs_without_handoff(void)
{
	in_tmpfs();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
}

static void auto_on_another_architecture(void)
{
	absent();
	facts.root.kind = ROOT_GPT_AUTO;
	facts.root.value[0] = '\0';
}

static struct virtio_device_fact *add_share(uint32_t type, const char *tag)
{
	struct virtio_device_fact *device = fact_new(facts.virtio_devices);

	memset(device, 0, sizeof(*device));
	set_text(device->name, "virtio7");
	set_text(device->driver, type == VIRTIO_TYPE_9P ? "9pnet_virtio" : "virtiofs");
	set_text(device->tag, tag);
	device->type = type;
	fact_done(facts.virtio_devices);
	return device;
}

static void no_share(void)
{
	absent();
	facts.root.kind = ROOT_VIRTIOFS;
	set_text(facts.root.spec, "virtiofs:share");
	set_text(facts.root.value, "share");
}

static void another_share(void)
{
	no_share();
	(void)add_share(VIRTIO_TYPE_FS, "rootfs");
}

static void another_9p_share(void)
{
	no_share();
	facts.root.kind = ROOT_9P;
	(void)add_share(VIRTIO_TYPE_FS, "share");
	(void)add_share(VIRTIO_TYPE_9P, "rootfs");
}

static void two_other_shares(void)
{
	another_share();
	(void)add_share(VIRTIO_TYPE_FS, "data");
}

/* Linux before 6.9. */
static void share_of_unknown_tag(void)
{
	no_share();
	(void)add_share(VIRTIO_TYPE_FS, "");
}

static void share_that_the_kernel_misses(void)
{
	share_of_unknown_tag();
	(void)add_event(KERNEL_EVENT_MOUNT_FAILURE, "share", "virtio-fs: tag <share> not found");
}

static void another_share_that_the_kernel_misses(void)
{
	share_of_unknown_tag();
	(void)add_event(KERNEL_EVENT_MOUNT_FAILURE, "data", "virtio-fs: tag <data> not found");
}

static void share_without_driver(void)
{
	no_share();
	add_share(VIRTIO_TYPE_FS, "")->driver[0] = '\0';
}

static void share_of_the_tag(void)
{
	no_share();
	(void)add_share(VIRTIO_TYPE_FS, "share");
	facts.root.match_count = 1;
}

/* The first try to mount came too early. */
static void share_missed_and_mounted(void)
{
	share_that_the_kernel_misses();
	facts.root.mounted_us = 5 * US_PER_S;
}

static void share_over_the_network(void)
{
	no_share();
	facts.root.kind = ROOT_9P;
	set_cmdline("root=192.0.2.1 rootfstype=9p rootflags=trans=tcp,port=564");
}

static void shares_not_looked_for(void)
{
	no_share();
	forget_probe("virtio");
}

static void closed_volume(const char *type)
{
	absent();
	set_filesystem("vda1", type, "3333");
}

static void locked(void)
{
	closed_volume("crypto_LUKS");
	set_cmdline("root=UUID=1111 rd.luks.uuid=3333");
}

static void locked_by_mapper(void)
{
	closed_volume("crypto_LUKS");
	facts.root.kind = ROOT_DEVICE;
	set_text(facts.root.value, "/dev/mapper/vg-root");
}

static void locked_perhaps(void)
{
	closed_volume("crypto_LUKS");
	set_cmdline("root=UUID=1111");
}

static void locked_at_the_handoff(void)
{
	locked();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
}

static void unlocked(void)
{
	locked();
	set_text(block_named("vda1")->holder, "dm-0");
}

static void volume_group(void)
{
	closed_volume("LVM2_member");
}

static void volume_group_that_is_active(void)
{
	volume_group();
	set_text(block_named("vda1")->holder, "dm-0");
}

static void array(void)
{
	closed_volume("linux_raid_member");
}

static void root_not_looked_for(void)
{
	memset(&facts.root, 0, sizeof(facts.root));
	memset(&facts.handoff, 0, sizeof(facts.handoff));
}

/* ----------------------------------------------------------------------------- ambiguous */

static void second(const char *disk, const char *name)
{
	struct root_fact *root = &facts.root;

	set_text(add_disk(disk, "virtio")->serial, disk);
	(void)add_partition(disk, name, 1);
	set_filesystem(name, "ext4", ROOT_UUID_TEXT);
	set_text(root->matches[root->match_count], name);
	root->match_count++;
}

static void cloned(void)
{
	second("vdb", "vdb1");
}

static void cloned_partuuid(void)
{
	cloned();
	facts.root.kind = ROOT_PARTUUID;
}

static void two_paths(void)
{
	cloned();
	set_text(block_named("vda")->wwn, "naa.5000");
	set_text(block_named("vdb")->wwn, "naa.5000");
}

static void two_paths_and_a_clone(void)
{
	two_paths();
	second("vdc", "vdc1");
	set_text(block_named("vdc")->wwn, "naa.6000");
}

static void two_paths_by_serial(void)
{
	cloned();
	set_text(block_named("vdb")->serial, "root");
}

static void two_partitions_of_one_disk(void)
{
	(void)add_partition("vda", "vda2", 2);
	set_filesystem("vda2", "ext4", ROOT_UUID_TEXT);
	set_text(facts.root.matches[1], "vda2");
	facts.root.match_count = 2;
}

static void disc_and_its_partition(void)
{
	set_text(facts.root.matches[1], "vda");
	facts.root.match_count = 2;
	facts.root.kind = ROOT_LABEL;
}

static void btrfs_on_two(void)
{
	cloned();
	facts.root.is_one_filesystem = true;
}

static void cloned_by_name(void)
{
	cloned();
	facts.root.kind = ROOT_DEVICE;
}

static void too_many_matches(void)
{
	cloned();
	facts.root.match_count = 300;
	set_text(facts.root.matches[2], "vda1");
	set_text(facts.root.matches[3], "vda1");
}

/* ---------------------------------------------------------------------------------- late */

static void late(void)
{
	facts.root.resolved_us = facts.boot.started_us + 9 * US_PER_S;
	facts.root.resolved_idle_us = facts.boot.started_idle_us + 16 * US_PER_S;
}

static void late_and_busy(void)
{
	late();
	facts.root.resolved_idle_us = facts.boot.started_idle_us + 2 * US_PER_S;
}

static void late_by_four_seconds(void)
{
	late();
	facts.root.resolved_us = facts.boot.started_us + 4 * US_PER_S;
}

static void late_for_a_passphrase(void)
{
	late();
	set_text(block_named("vda1")->transport, "dm");
	(void)add_partition("vda", "vda2", 2);
	set_filesystem("vda2", "crypto_LUKS", "4444");
}

static void late_and_idle_unknown(void)
{
	late();
	facts.boot.has_idle = false;
}

static void idle_went_backwards(void)
{
	late();
	facts.root.resolved_idle_us = 0;
}

static void there_before_anybody_listened(void)
{
	late();
	facts.root.resolved_us = 0;
}

static void start_unknown(void)
{
	late();
	facts.boot.started_us = 0;
}

/* ---------------------------------------------------------------------------------- full */

static void full(void)
{
	facts.handoff.free_bytes = 0;
}

static void full_of_files(void)
{
	facts.handoff.free_inodes = 0;
}

static void btrfs_without_inodes(void)
{
	full_of_files();
	set_text(facts.handoff.root_fstype, "btrfs");
}

static void full_by_design(void)
{
	full();
	set_text(facts.handoff.root_fstype, "squashfs");
}

static void full_image(void)
{
	full();
	block_named("vda1")->is_read_only = ANSWER_YES;
}

static void full_verity_image(void)
{
	full();
	facts.root.match_count = 0;
	set_text(facts.handoff.root_source, "/dev/dm-0");
	add_disk("dm-0", "dm")->is_read_only = ANSWER_YES;
}

static void space_not_counted(void)
{
	full();
	facts.handoff.has_free_counts = ANSWER_UNKNOWN;
}

static void no_handoff(void)
{
	memset(&facts.handoff, 0, sizeof(facts.handoff));
}

RULE_CASES(ROOT_CASES, {"root.absent", NULL, VERDICT_GOOD},
	{"root.absent", absent, VERDICT_BAD, SEVERITY_ERROR, "UUID=1111",
		"the only file system that could be it is on vda1", "kernel", "root=UUID="},
	{"root.absent", absent_and_two_candidates, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"on any disk"},
	{"root.absent", absent_without_disk, VERDICT_BAD, SEVERITY_ERROR, NULL, "no disk at all",
		"proxmox", "qm config"},
	{"root.absent", absent_at_the_handoff, VERDICT_BAD, SEVERITY_ERROR},
	{"root.absent", no_share, VERDICT_BAD, SEVERITY_ERROR, "virtiofs:share",
		"shares no folder by virtiofs", "proxmox", "--virtiofs0 dirid=share"},
	{"root.absent", another_share, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"what the host shares is rootfs", "kernel", "root=rootfs rootfstype=virtiofs"},
	{"root.absent", another_9p_share, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"what the host shares is rootfs", "qemu", "mount_tag=share"},
	{"root.absent", two_other_shares, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"what the host shares is rootfs, data", "libvirt", "<target dir='share'/>"},
	{"root.absent", share_that_the_kernel_misses, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"the kernel says that its tag is another one", "qemu", "tag=share"},
	{"root.absent", share_without_driver, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"nothing drives its device"},
	{"root.absent", share_of_the_tag, VERDICT_GOOD},
	{"root.absent", share_missed_and_mounted, VERDICT_GOOD},
	{"root.absent", share_of_unknown_tag, VERDICT_UNKNOWN},
	{"root.absent", another_share_that_the_kernel_misses, VERDICT_UNKNOWN},
	{"root.absent", share_over_the_network, VERDICT_UNKNOWN},
	{"root.absent", shares_not_looked_for, VERDICT_UNKNOWN},
	{"root.absent", volume_group, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"a volume group has not been activated: vda1"},
	{"root.absent", volume_group_that_is_active, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"on any disk"},
	{"root.absent", array, VERDICT_BAD, SEVERITY_ERROR, NULL, "RAID array"},
	{"root.absent", locked, VERDICT_BAD, SEVERITY_INFO, NULL, "an encrypted volume"},
	{"root.absent", locked_by_mapper, VERDICT_BAD, SEVERITY_INFO},
	{"root.absent", locked_perhaps, VERDICT_BAD, SEVERITY_WARNING},
	{"root.absent", locked_at_the_handoff, VERDICT_BAD, SEVERITY_ERROR},
	{"root.absent", unlocked, VERDICT_BAD, SEVERITY_ERROR},
	{"root.absent", found_by_others, VERDICT_GOOD},
	{"root.absent", device_absent_meanwhile, VERDICT_BAD, SEVERITY_ERROR},
	{"root.absent", absent_so_far, VERDICT_UNKNOWN},
	{"root.absent", absent_early, VERDICT_UNKNOWN},
	{"root.absent", absent_on_a_running_machine, VERDICT_UNKNOWN},
	{"root.absent", on_nfs, VERDICT_UNKNOWN}, {"root.absent", in_memory, VERDICT_UNKNOWN},
	{"root.absent", auto_on_another_architecture, VERDICT_UNKNOWN},
	{"root.absent", in_tmpfs, VERDICT_GOOD}, {"root.absent", in_initramfs, VERDICT_GOOD},
	{"root.absent", root_not_looked_for, VERDICT_UNKNOWN},

	{"root.ambiguous", NULL, VERDICT_GOOD},
	{"root.ambiguous", cloned, VERDICT_BAD, SEVERITY_ERROR, "UUID=" ROOT_UUID_TEXT,
		"vda1 and vdb1", "guest", "tune2fs -U random"},
	{"root.ambiguous", cloned_partuuid, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "guest",
		"sgdisk -G"},
	{"root.ambiguous", two_paths_and_a_clone, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"vda1 and vdc1"},
	{"root.ambiguous", two_partitions_of_one_disk, VERDICT_BAD, SEVERITY_ERROR},
	{"root.ambiguous", too_many_matches, VERDICT_BAD, SEVERITY_ERROR, NULL, "300 devices"},
	{"root.ambiguous", two_paths, VERDICT_GOOD},
	{"root.ambiguous", two_paths_by_serial, VERDICT_GOOD},
	{"root.ambiguous", disc_and_its_partition, VERDICT_GOOD},
	{"root.ambiguous", btrfs_on_two, VERDICT_GOOD},
	{"root.ambiguous", cloned_by_name, VERDICT_GOOD},
	{"root.ambiguous", root_not_looked_for, VERDICT_UNKNOWN},

	{"root.late", NULL, VERDICT_GOOD},
	{"root.late", late, VERDICT_BAD, SEVERITY_WARNING, NULL, "appeared only 9 s", "kernel",
		"rootdelay=30"},
	{"root.late", late_and_busy, VERDICT_GOOD},
	{"root.late", late_by_four_seconds, VERDICT_GOOD},
	{"root.late", late_for_a_passphrase, VERDICT_GOOD},
	{"root.late", there_before_anybody_listened, VERDICT_GOOD},
	{"root.late", late_and_idle_unknown, VERDICT_UNKNOWN},
	{"root.late", idle_went_backwards, VERDICT_UNKNOWN},
	{"root.late", start_unknown, VERDICT_UNKNOWN},
	{"root.late", root_not_looked_for, VERDICT_UNKNOWN},

	{"root.full", NULL, VERDICT_GOOD},
	{"root.full", full, VERDICT_BAD, SEVERITY_WARNING, "/dev/vda1", "no free space", "guest",
		"enlarge"},
	{"root.full", full_of_files, VERDICT_BAD, SEVERITY_WARNING, "/dev/vda1", "no free inodes"},
	{"root.full", btrfs_without_inodes, VERDICT_GOOD},
	{"root.full", full_by_design, VERDICT_GOOD}, {"root.full", full_image, VERDICT_GOOD},
	{"root.full", full_verity_image, VERDICT_GOOD},
	{"root.full", space_not_counted, VERDICT_UNKNOWN},
	{"root.full", no_handoff, VERDICT_UNKNOWN}, {"root.full", in_initramfs, VERDICT_GOOD});

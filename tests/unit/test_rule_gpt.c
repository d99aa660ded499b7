/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

static struct gpt_fact *gpt(void)
{
	return gpt_on("vda");
}

static struct block_fact *disk(void)
{
	return block_named("vda");
}

static void damage(struct gpt_header_fact *header)
{
	header->is_header_crc_right = ANSWER_NO;
}

/* ------------------------------------------------------------------------ what all share */

static void nothing_listed(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
	forget_probe("block");
}

static void table_not_read(void)
{
	atomic_store(&gpt()->once.is_known, 0);
}

/* Everything at once is wrong with the table of this disk; whose it is, matters. */
static void ruin(struct gpt_fact *table)
{
	table->backup_misplaced_bytes = 18 * GIB;
	table->has_overlap = ANSWER_YES;
	table->do_entries_match = ANSWER_NO;
	table->does_kernel_agree = ANSWER_NO;
	table->wrong_sector_bytes = 4096;
	damage(&table->primary);
	damage(&table->backup);
}

static void ruined_disc(void)
{
	(void)add_disk("sr0", "ata");
	ruin(add_gpt("sr0"));
}

static void ruined_stick(void)
{
	add_disk("sdb", "usb")->is_removable = ANSWER_YES;
	ruin(add_gpt("sdb"));
}

/* The image of a disc on a disk that cannot be removed: its first partition begins at the front. */
static void ruined_isohybrid(void)
{
	(void)add_disk("sdb", "usb");
	add_partition("sdb", "sdb1", 1)->start_lba = 64;
	set_filesystem("sdb1", "iso9660", "2024-01-01-00-00-00-00");
	ruin(add_gpt("sdb"));
}

static void ruined_member_of_an_array(void)
{
	set_text(add_disk("sdb", "ata")->holder, "md126");
	ruin(add_gpt("sdb"));
}

static void ruined_disk_of_a_guest(void)
{
	(void)add_disk("dm-7", "dm");
	(void)add_disk("zd0", "");
	ruin(add_gpt("dm-7"));
	ruin(add_gpt("zd0"));
}

static void ruined_and_gone(void)
{
	add_disk("sdb", "usb")->is_removed = true;
	ruin(add_gpt("sdb"));
}

/* A plain MBR before the rest of an old GPT. */
static void plain_mbr(void)
{
	ruin(gpt());
	gpt()->kind = TABLE_MBR;
	gpt()->has_overlap = ANSWER_NO;
}

static void volume_without_table(void)
{
	ruin(gpt());
	gpt()->kind = TABLE_FILESYSTEM;
}

/* ----------------------------------------------------------------------- primary, backup */

static void primary_damaged(void)
{
	damage(&gpt()->primary);
}

/* The tools look for the backup at the end of the disk alone, and would write an empty table. */
static void primary_damaged_and_grown(void)
{
	primary_damaged();
	gpt_on("vda")->backup.found_lba = 2047;
}

static void primary_not_sane(void)
{
	gpt()->primary.is_sane = ANSWER_NO;
}

static void primary_without_signature(void)
{
	gpt()->primary.has_signature = ANSWER_NO;
}

static void primary_entries_damaged(void)
{
	gpt()->primary.is_entries_crc_right = ANSWER_NO;
}

static void both_damaged(void)
{
	damage(&gpt()->primary);
	damage(&gpt()->backup);
}

static void entries_of_256_bytes(void)
{
	gpt()->primary.entry_length_bytes = 256;
}

/* Right by its checksum: a tool that believes it makes it worse. */
static void primary_lies(void)
{
	gpt()->primary.is_sane = ANSWER_NO;
}

static void backup_lies(void)
{
	gpt()->backup.is_sane = ANSWER_NO;
}

static void unprotected(void)
{
	gpt()->has_protective_mbr = false;
	gpt()->does_kernel_agree = ANSWER_NO;
}

static void badly_protected(void)
{
	unprotected();
	gpt()->protective_count = 1;
	gpt()->protective_first_lba = 63;
}

static void unprotected_by_choice(void)
{
	gpt()->has_protective_mbr = false;
}

static void mbr_unreadable(void)
{
	unprotected();
	gpt()->mbr_read = -EIO;
}

static void disk_cut_off(void)
{
	gpt()->disk_shrunk_bytes = 4 * GIB;
	gpt()->primary.is_sane = ANSWER_NO;
	gpt()->backup.has_signature = ANSWER_NO;
}

static void primary_of_an_image(void)
{
	set_text(disk()->transport, "image");
	primary_damaged();
	set_text(gpt()->argument, "disk.raw");
}

/* A table that was wiped: the backup at the end is left. */
static void remains(void)
{
	(void)add_disk("vdb", "virtio");
	gpt_on("vda");
	add_gpt("vdb")->has_protective_mbr = false;
	gpt_on("vdb")->primary = (struct gpt_header_fact){
		.read = OUTCOME_OK, .has_signature = ANSWER_NO, .is_header_crc_right = ANSWER_NO};
}

static void remains_and_no_root(void)
{
	remains();
	lose_root();
}

static void primary_unreadable(void)
{
	gpt()->primary = (struct gpt_header_fact){.read = -EIO};
}

static void entries_too_many(void)
{
	gpt()->primary.is_entries_crc_right = ANSWER_UNKNOWN;
	gpt()->primary.is_entries_cut = true;
}

static void backup_damaged(void)
{
	damage(&gpt()->backup);
}

static void backup_missing(void)
{
	gpt()->backup.has_signature = ANSWER_NO;
}

static void disk_shrunk(void)
{
	gpt()->disk_shrunk_bytes = 4 * GIB;
	gpt()->backup.has_signature = ANSWER_NO;
}

static void backup_unreadable(void)
{
	gpt()->backup = (struct gpt_header_fact){.read = -EIO};
}

/* ----------------------------------------------------------------------------- misplaced */

static void grown(void)
{
	gpt()->backup_misplaced_bytes = 18 * GIB;
}

static void grown_with_a_grower(void)
{
	grown();
	(void)add_grower("growpart", false);
}

static void rounded_up(void)
{
	gpt()->backup_misplaced_bytes = 65536;
}

/* -------------------------------------------------------------------------------- others */

static void entries_differ(void)
{
	gpt()->do_entries_match = ANSWER_NO;
}

static void headers_differ(void)
{
	gpt()->do_headers_match = ANSWER_NO;
}

static void out_of_range(void)
{
	gpt()->out_of_range = 3;
}

static void mbr_out_of_range(void)
{
	out_of_range();
	gpt()->kind = TABLE_MBR;
}

static void damaged_and_different(void)
{
	entries_differ();
	damage(&gpt()->backup);
}

static void hybrid_of_another_table(void)
{
	gpt()->kind = TABLE_HYBRID;
	gpt()->hybrid_mismatch = 2;
}

static void twins(void)
{
	gpt()->twin_first = 1;
	gpt()->twin_second = 4;
}

static void overlap(void)
{
	gpt()->has_overlap = ANSWER_YES;
	gpt()->overlap_first = 2;
	gpt()->overlap_second = 5;
}

static void overlap_in_mbr(void)
{
	overlap();
	gpt()->kind = TABLE_MBR;
}

static void overlap_in_hybrid(void)
{
	overlap();
	gpt()->kind = TABLE_HYBRID;
}

static void overlap_unknown(void)
{
	gpt()->has_overlap = ANSWER_UNKNOWN;
}

static void no_partitions(void)
{
	overlap_unknown();
	gpt()->partition_count = 0;
}

static void sectors_of_4096(void)
{
	gpt()->wrong_sector_bytes = 4096;
	gpt()->primary.has_signature = gpt()->backup.has_signature = ANSWER_NO;
}

static void sectors_of_512(void)
{
	sectors_of_4096();
	gpt()->wrong_sector_bytes = 512;
	gpt()->logical_sector_bytes = 4096;
}

static void kernel_disagrees(void)
{
	gpt()->does_kernel_agree = ANSWER_NO;
	set_text(gpt()->disagreement, "the kernel lacks partition 3");
}

static void kernel_not_asked(void)
{
	gpt()->does_kernel_agree = ANSWER_UNKNOWN;
}

/* ----------------------------------------------------------------- growable, the trap */

static void growable(void)
{
	(void)add_grower("cloud-init", false);
	gpt()->free_behind_last_bytes = 18 * GIB;
}

static void growable_in_initrd(void)
{
	growable();
	facts.growers.item[0].is_in_initrd = true;
}

static void grown_before(void)
{
	growable();
	facts.growers.item[0].is_done = ANSWER_YES;
}

static void root_is_not_last(void)
{
	growable();
	gpt()->last_partition = 2;
}

static void room_too_small(void)
{
	growable();
	gpt()->free_behind_last_bytes = 1048575;
}

static void room_without_grower(void)
{
	gpt()->free_behind_last_bytes = 18 * GIB;
}

static void root_not_looked_for(void)
{
	growable();
	memset(&facts.root, 0, sizeof(facts.root));
}

static void trap(void)
{
	make_phantom();
	set_trap(18 * GIB);
}

static void trap_by_closed_console(void)
{
	close_console(-ENODEV);
	set_trap(18 * GIB);
}

static void trap_on_vmware(void)
{
	trap();
	facts.platform.hypervisor = HYPERVISOR_VMWARE;
}

static void trap_with_console(void)
{
	set_trap(18 * GIB);
}

static void trap_without_room(void)
{
	make_phantom();
	set_trap(0);
}

static void trap_with_debug(void)
{
	trap();
	facts.growers.item[0].is_output_in_file = ANSWER_YES;
}

static void trap_without_set_e(void)
{
	trap();
	facts.growers.item[0].does_exit_on_error = ANSWER_NO;
}

static void trap_sprung_before(void)
{
	trap();
	facts.growers.item[0].is_done = ANSWER_YES;
}

static void trap_in_stage_2(void)
{
	trap();
	facts.growers.item[0].is_in_initrd = false;
}

static void trap_sprung(void)
{
	make_phantom();
	set_trap(0);
	facts.boot.phase = BOOT_PHASE_HANDOFF;
	add_event(KERNEL_EVENT_MOUNT, "vda1", "EXT4-fs (vda1): mounted filesystem");
}

static void trap_survived(void)
{
	trap_sprung();
	facts.handoff.is_root_mounted = ANSWER_YES;
}

/* Stage 1 gave up before it mounted the root: the grower never ran. */
static void trap_not_reached(void)
{
	trap();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
	add_event(KERNEL_EVENT_MOUNT, "vdb1", "EXT4-fs (vdb1): mounted filesystem");
}

static void trap_and_damaged_root(void)
{
	trap_sprung();
	add_event(KERNEL_EVENT_MOUNT_FAILURE, "vda1", "EXT4-fs (vda1): couldn't mount");
}

static void trap_and_console_unknown(void)
{
	set_trap(18 * GIB);
	memset(&facts.dev_console, 0, sizeof(facts.dev_console));
}

static void trap_and_root_unknown(void)
{
	trap();
	memset(&facts.root, 0, sizeof(facts.root));
}

static void growers_not_looked_for(void)
{
	make_phantom();
	facts.boot.phase = BOOT_PHASE_EARLY;
	forget_probe("grower");
}

#define OF_NO_CONCERN(id)                                                                        \
	{id, ruined_disc, VERDICT_GOOD}, {id, ruined_stick, VERDICT_GOOD},                       \
		{id, ruined_isohybrid, VERDICT_GOOD},                                            \
		{id, ruined_member_of_an_array, VERDICT_GOOD},                                   \
		{id, ruined_disk_of_a_guest, VERDICT_GOOD}, {id, ruined_and_gone, VERDICT_GOOD}, \
		{id, plain_mbr, VERDICT_GOOD}, {id, volume_without_table, VERDICT_GOOD},         \
		{id, NULL, VERDICT_GOOD}, {id, nothing_listed, VERDICT_UNKNOWN},                 \
	{                                                                                        \
		id, table_not_read, VERDICT_UNKNOWN                                              \
	}

RULE_CASES(GPT_CASES, OF_NO_CONCERN("gpt.primary-corrupt"),
	{"gpt.primary-corrupt", primary_damaged, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"its checksum is wrong", "guest", "sgdisk -e /dev/vda"},
	{"gpt.primary-corrupt", primary_damaged, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"the backup is whole"},
	{"gpt.primary-corrupt", primary_damaged_and_grown, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"not at the end of the disk", "rescue",
		"head -c 1048576 /dev/vda >copy.img && sgdisk -e copy.img"},
	{"gpt.primary-corrupt", primary_not_sane, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"cannot be true"},
	{"gpt.primary-corrupt", primary_lies, VERDICT_BAD, SEVERITY_ERROR, "vda", NULL, "guest",
		"gdisk /dev/vda   and type: r b c y w y"},
	{"gpt.primary-corrupt", entries_of_256_bytes, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"not of 128 bytes"},
	{"gpt.primary-corrupt", unprotected, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"no protective MBR", "guest", "x n w y"},
	{"gpt.primary-corrupt", badly_protected, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"at sector 63 instead of 1"},
	{"gpt.primary-corrupt", disk_cut_off, VERDICT_BAD, SEVERITY_ERROR, "vda", "4 GiB shorter",
		"host", "as large as it was"},
	{"gpt.primary-corrupt", unprotected_by_choice, VERDICT_GOOD},
	{"gpt.primary-corrupt", mbr_unreadable, VERDICT_UNKNOWN},
	{"gpt.primary-corrupt", primary_without_signature, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"no header"},
	{"gpt.primary-corrupt", primary_entries_damaged, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"of its entries"},
	{"gpt.primary-corrupt", both_damaged, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"and so is the backup", "guest", "testdisk"},
	{"gpt.primary-corrupt", primary_of_an_image, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL,
		"host", "sgdisk -e disk.raw"},
	{"gpt.primary-corrupt", remains, VERDICT_BAD, SEVERITY_INFO, "vdb"},
	{"gpt.primary-corrupt", remains_and_no_root, VERDICT_BAD, SEVERITY_WARNING, "vdb"},
	{"gpt.primary-corrupt", sectors_of_4096, VERDICT_GOOD},
	{"gpt.primary-corrupt", entries_too_many, VERDICT_GOOD},
	{"gpt.primary-corrupt", primary_unreadable, VERDICT_UNKNOWN},

	OF_NO_CONCERN("gpt.backup-corrupt"),
	{"gpt.backup-corrupt", backup_damaged, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"its checksum is wrong", "guest", "sgdisk -e /dev/vda"},
	{"gpt.backup-corrupt", backup_missing, VERDICT_BAD, SEVERITY_WARNING, "vda", "no header"},
	{"gpt.backup-corrupt", disk_shrunk, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"4 GiB shorter than its GPT says", "host", "as large as it was"},
	{"gpt.backup-corrupt", backup_lies, VERDICT_BAD, SEVERITY_WARNING, "vda", NULL, "guest",
		"and type: r d w y"},
	{"gpt.backup-corrupt", both_damaged, VERDICT_GOOD},
	{"gpt.backup-corrupt", backup_unreadable, VERDICT_UNKNOWN},

	OF_NO_CONCERN("gpt.backup-misplaced"),
	{"gpt.backup-misplaced", grown, VERDICT_BAD, SEVERITY_WARNING, "vda", "grew by 18 GiB",
		"guest", "sgdisk -e /dev/vda"},
	{"gpt.backup-misplaced", grown_with_a_grower, VERDICT_BAD, SEVERITY_INFO, "vda"},
	{"gpt.backup-misplaced", rounded_up, VERDICT_BAD, SEVERITY_INFO, "vda", "64 KiB"},

	OF_NO_CONCERN("gpt.entries-mismatch"),
	{"gpt.entries-mismatch", entries_differ, VERDICT_BAD, SEVERITY_WARNING, "vda", "differ",
		"guest", "keeps the primary"},
	{"gpt.entries-mismatch", damaged_and_different, VERDICT_GOOD},
	{"gpt.entries-mismatch", mbr_out_of_range, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"outside of the disk", "host", "as large as it was"},
	{"gpt.entries-mismatch", hybrid_of_another_table, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"partition 2 of the hybrid MBR", "guest", "--hybrid="},
	{"gpt.entries-mismatch", twins, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"partitions 1 and 4 of vda have the same GUID", "guest", "sgdisk -u 4:R /dev/vda"},
	{"gpt.entries-mismatch", headers_differ, VERDICT_BAD, SEVERITY_WARNING, "vda", "differ"},
	{"gpt.entries-mismatch", out_of_range, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"partition 3 of vda lies outside"},

	OF_NO_CONCERN("gpt.overlap"),
	{"gpt.overlap", overlap, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"partitions 2 and 5 of vda share sectors"},
	{"gpt.overlap", overlap_in_mbr, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{"gpt.overlap", overlap_in_hybrid, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{"gpt.overlap", no_partitions, VERDICT_GOOD},
	{"gpt.overlap", overlap_unknown, VERDICT_UNKNOWN},

	OF_NO_CONCERN("gpt.sector-size"),
	{"gpt.sector-size", sectors_of_4096, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"sectors of 4096 bytes, and this disk has sectors of 512", "host",
		"logical_block_size=4096"},
	{"gpt.sector-size", sectors_of_512, VERDICT_BAD, SEVERITY_ERROR, "vda", NULL, "host",
		"logical_block_size=512"},

	OF_NO_CONCERN("gpt.kernel-mismatch"),
	{"gpt.kernel-mismatch", kernel_disagrees, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"the kernel lacks partition 3", "guest", "partprobe"},
	{"gpt.kernel-mismatch", kernel_not_asked, VERDICT_GOOD},

	{"gpt.growable", NULL, VERDICT_GOOD},
	{"gpt.growable", growable, VERDICT_BAD, SEVERITY_INFO, "vda1",
		"cloud-init (in stage 2) will enlarge vda1 by 18 GiB"},
	{"gpt.growable", growable_in_initrd, VERDICT_BAD, SEVERITY_INFO, "vda1", "in the initrd"},
	{"gpt.growable", grown_before, VERDICT_GOOD},
	{"gpt.growable", root_is_not_last, VERDICT_GOOD},
	{"gpt.growable", room_too_small, VERDICT_GOOD},
	{"gpt.growable", room_without_grower, VERDICT_GOOD},
	{"gpt.growable", root_not_looked_for, VERDICT_UNKNOWN},
	{"gpt.growable", growers_not_looked_for, VERDICT_UNKNOWN},

	{"growroot.trap", NULL, VERDICT_GOOD},
	{"growroot.trap", trap, VERDICT_BAD, SEVERITY_ERROR, "growroot",
		"growroot enlarges vda1, then dies of its own message, because /dev/console "
		"(ttyS0)",
		"proxmox", "--serial0 socket"},
	{"growroot.trap", trap, VERDICT_BAD, SEVERITY_ERROR, NULL, "0x00000200", "kernel",
		"console=tty0"},
	{"growroot.trap", trap_on_vmware, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "vmware",
		"serial0.present"},
	{"growroot.trap", trap_by_closed_console, VERDICT_BAD, SEVERITY_ERROR, "growroot"},
	{"growroot.trap", trap_with_console, VERDICT_GOOD},
	{"growroot.trap", trap_without_room, VERDICT_GOOD},
	{"growroot.trap", trap_with_debug, VERDICT_GOOD},
	{"growroot.trap", trap_without_set_e, VERDICT_GOOD},
	{"growroot.trap", trap_sprung_before, VERDICT_GOOD},
	{"growroot.trap", trap_in_stage_2, VERDICT_GOOD},
	{"growroot.trap", trap_sprung, VERDICT_BAD, SEVERITY_ERROR, "growroot",
		"growroot enlarged vda1 and died of its own message, because /dev/console "
		"(ttyS0) fails, and left no root mounted"},
	{"growroot.trap", trap_survived, VERDICT_GOOD},
	{"growroot.trap", trap_not_reached, VERDICT_GOOD},
	{"growroot.trap", trap_and_damaged_root, VERDICT_GOOD},
	{"growroot.trap", trap_and_console_unknown, VERDICT_UNKNOWN},
	{"growroot.trap", trap_and_root_unknown, VERDICT_UNKNOWN},
	{"growroot.trap", growers_not_looked_for, VERDICT_UNKNOWN});

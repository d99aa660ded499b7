/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

static struct block_fact *disk(void)
{
	return block_named("vda");
}

static void nothing_listed(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
	forget_probe("block");
	memset(&facts.root, 0, sizeof(facts.root));
}

static void still_looking(void)
{
	atomic_store(&disk()->is_look_over, 0);
}

static void no_disk(void)
{
	fact_list_reset(&facts.blocks.list);
	fact_list_reset(&facts.gpts.list);
}

/* ---------------------------------------------------------------------------------- hung */

/* A read that was begun 50 ms after the probe and has no end. */
static struct block_read_fact *hang(const char *name)
{
	struct block_fact *block = block_named(name);

	(void)add_probe("disk", name, PROBE_TIMEOUT);
	atomic_store(&block->read_count, 2);
	atomic_store(&block->is_look_over, 0);
	block->read[2] = (struct block_read_fact){
		.offset_bytes = 1024, .length_bytes = 4096, .started_us = 51 * US_PER_MS};
	return &block->read[2];
}

static void hung_read(void)
{
	(void)hang("vda");
}

static void hung_open(void)
{
	hung_read();
	disk()->open = OUTCOME_UNKNOWN;
	memset(disk()->read, 0, sizeof(disk()->read));
	atomic_store(&disk()->read_count, 0);
}

static void hung_while_slow(void)
{
	hung_read();
	disk()->read[0].duration_us = disk()->read[1].duration_us = 300 * US_PER_MS;
}

/* Four reads of a second each; the fifth had begun when the time was over. */
static void slow_to_the_end(void)
{
	struct block_read_fact *open = hang("vda");

	for (uint32_t i = 0; i < 2; i++)
		disk()->read[i].duration_us = 2 * US_PER_S;
	open->started_us = 4 * US_PER_S;
}

static void hung_disc(void)
{
	struct block_fact *drive = add_disk("sr0", "ata");

	drive->is_removable = ANSWER_YES;
	(void)hang("sr0");
}

static void hung_in_scan(void)
{
	struct block_fact *block = add_disk("vdb", "virtio");

	stall();
	block->in_flight = 1;
	atomic_store(&block->read_count, 0);
	atomic_store(&block->is_look_over, 0);
}

static void scan_just_begun(void)
{
	hung_in_scan();
	facts.boot.phase = BOOT_PHASE_HANDOFF;
	block_named("vdb")->listed_us = facts.boot.now_us - US_PER_S;
}

static struct probe_fact *lost_under_the_mount(void)
{
	struct probe_fact *probe = add_probe("handoff", "", PROBE_TIMEOUT);

	probe->process_state = 'D';
	probe->duration_us = 900 * US_PER_MS;
	return probe;
}

static void every_read_takes(uint64_t duration_us)
{
	for (uint32_t i = 0; i < 5; i++)
		disk()->read[i].duration_us = duration_us;
}

static void hung_under_the_mount(void)
{
	(void)lost_under_the_mount();
}

/* A machine that does all in its own time, and a disk whose reads are no faster. */
static void hung_on_a_machine_that_is_slow(void)
{
	lost_under_the_mount()->duration_us = 9 * US_PER_S;
	every_read_takes(300 * US_PER_MS);
}

static void slow_under_the_mount(void)
{
	(void)lost_under_the_mount();
	every_read_takes(60 * US_PER_MS);
}

static void slow_by_the_kernels_count(void)
{
	(void)lost_under_the_mount();
	disk()->reads = 20;
	disk()->read_ms = 20 * 80;
}

static void busy_under_the_mount(void)
{
	lost_under_the_mount()->process_state = 'R';
}

static void nothing_read_under_the_mount(void)
{
	(void)lost_under_the_mount();
	atomic_store(&disk()->read_count, 0);
}

static void lost_on_another_disk(void)
{
	(void)lost_under_the_mount();
	set_text(facts.root.matches[0], "vdb");
	(void)add_disk("vdb", "virtio");
	atomic_store(&block_named("vdb")->read_count, 0);
}

/* ---------------------------------------------------------------------------- read-error */

static void read_error(void)
{
	disk()->read[3].result = -EIO;
	disk()->read[3].offset_bytes = 21474836480 - 512;
}

static void read_error_with_events(void)
{
	read_error();
	for (uint32_t i = 0; i < 20; i++)
		(void)add_event(KERNEL_EVENT_IO_ERROR, "vda", "I/O error, dev vda, sector 0");
}

static void path_in_reserve(void)
{
	set_text(disk()->wwn, "naa.600144f0");
	set_text(add_disk("sdb", "fc")->wwn, "naa.600144f0");
	block_named("sdb")->read[0].result = -EIO;
}

static void paths_that_all_fail(void)
{
	path_in_reserve();
	disk()->read[0].result = -EIO;
}

static void reserved_by_another(void)
{
	disk()->read[0].result = -EBADE;
}

static void no_medium(void)
{
	disk()->read[0].result = -ENOMEDIUM;
}

static void scratched_disc(void)
{
	add_disk("sr0", "ata")->read[0].result = -EIO;
}

static void read_error_of_one_removed(void)
{
	read_error();
	disk()->is_removed = true;
}

/* ---------------------------------------------------------------------------------- slow */

static void slow_reads(struct block_fact *block, uint32_t count, uint64_t duration_us)
{
	for (uint32_t i = 0; i < count; i++)
		block->read[i].duration_us = duration_us;
}

static void slow(void)
{
	slow_reads(disk(), 5, 300 * US_PER_MS);
}

static void slow_for_the_kernel_too(void)
{
	slow();
	disk()->reads = 100;
	disk()->read_ms = 30000;
}

static void slow_for_us_alone(void)
{
	slow();
	disk()->reads = 1000;
	disk()->read_ms = 900;
}

static void slow_once(void)
{
	slow_reads(disk(), 1, 8 * US_PER_S);
}

static void nearly_slow(void)
{
	slow_reads(disk(), 5, 250 * US_PER_MS);
}

static void slow_beside_a_fast_one(void)
{
	slow();
	(void)add_disk("vdb", "virtio");
}

static void slow_as_all_are(void)
{
	slow();
	slow_reads(add_disk("vdb", "virtio"), 5, 200 * US_PER_MS);
}

static void slow_disc(void)
{
	slow_reads(add_disk("sr0", "ata"), 5, 2 * US_PER_S);
}

static void slow_stick(void)
{
	struct block_fact *stick = add_disk("sdb", "usb");

	stick->is_removable = ANSWER_YES;
	slow_reads(stick, 5, 2 * US_PER_S);
}

RULE_CASES(DISK_CASES, {"disk.hung", NULL, VERDICT_GOOD},
	{"disk.hung", hung_read, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"a read of 4096 bytes at byte 1024 had no result after 5000 ms", "host", "storage"},
	{"disk.hung", hung_open, VERDICT_BAD, SEVERITY_ERROR, "vda", "opening it"},
	{"disk.hung", hung_while_slow, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{"disk.hung", hung_in_scan, VERDICT_BAD, SEVERITY_ERROR, "vdb", "partition table"},
	{"disk.hung", hung_under_the_mount, VERDICT_BAD, SEVERITY_ERROR, "vda", "mounted root"},
	{"disk.hung", hung_on_a_machine_that_is_slow, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{"disk.hung", slow_under_the_mount, VERDICT_GOOD},
	{"disk.hung", slow_by_the_kernels_count, VERDICT_GOOD},
	{"disk.hung", busy_under_the_mount, VERDICT_GOOD},
	{"disk.hung", nothing_read_under_the_mount, VERDICT_UNKNOWN},
	{"disk.hung", lost_on_another_disk, VERDICT_UNKNOWN},
	{"disk.hung", hung_disc, VERDICT_BAD, SEVERITY_INFO, "sr0"},
	{"disk.hung", slow_to_the_end, VERDICT_UNKNOWN},
	{"disk.hung", scan_just_begun, VERDICT_UNKNOWN},
	{"disk.hung", still_looking, VERDICT_UNKNOWN}, {"disk.hung", no_disk, VERDICT_GOOD},
	{"disk.hung", nothing_listed, VERDICT_UNKNOWN},

	{"disk.read-error", NULL, VERDICT_GOOD},
	{"disk.read-error", read_error, VERDICT_BAD, SEVERITY_ERROR, "vda",
		"cannot be read at byte 21474835968", "host", "restore"},
	{"disk.read-error", read_error_with_events, VERDICT_BAD, SEVERITY_ERROR, "vda"},
	{"disk.read-error", paths_that_all_fail, VERDICT_BAD, SEVERITY_ERROR},
	{"disk.read-error", path_in_reserve, VERDICT_BAD, SEVERITY_INFO, "sdb"},
	{"disk.read-error", reserved_by_another, VERDICT_GOOD},
	{"disk.read-error", no_medium, VERDICT_GOOD},
	{"disk.read-error", scratched_disc, VERDICT_GOOD},
	{"disk.read-error", read_error_of_one_removed, VERDICT_GOOD},
	{"disk.read-error", still_looking, VERDICT_UNKNOWN},
	{"disk.read-error", nothing_listed, VERDICT_UNKNOWN},

	{"disk.slow", NULL, VERDICT_GOOD},
	{"disk.slow", slow, VERDICT_BAD, SEVERITY_WARNING, "vda",
		"5 of 5 small reads took longer than 250 ms, the slowest 300 ms"},
	{"disk.slow", slow_for_the_kernel_too, VERDICT_BAD, SEVERITY_WARNING},
	{"disk.slow", slow_beside_a_fast_one, VERDICT_BAD, SEVERITY_WARNING, "vda"},
	{"disk.slow", slow_to_the_end, VERDICT_BAD, SEVERITY_WARNING},
	{"disk.slow", slow_for_us_alone, VERDICT_BAD, SEVERITY_INFO},
	{"disk.slow", slow_once, VERDICT_BAD, SEVERITY_INFO, "vda", "1 of 5"},
	{"disk.slow", nearly_slow, VERDICT_GOOD}, {"disk.slow", slow_as_all_are, VERDICT_GOOD},
	{"disk.slow", slow_disc, VERDICT_GOOD}, {"disk.slow", slow_stick, VERDICT_GOOD},
	{"disk.slow", still_looking, VERDICT_UNKNOWN},
	{"disk.slow", nothing_listed, VERDICT_UNKNOWN});

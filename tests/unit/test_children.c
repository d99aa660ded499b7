/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/text.h"
#include "hook/children.h"
#include "hook/disks.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct children children;
static struct disks disks;
static struct facts *facts;
static const struct sources SOURCES = {.root = {.fd = -1}};

/* Longer than a healthy test takes; what should have been killed ends by itself then. */
static int hang_run(const struct sources *sources, struct facts *all, uint32_t subject)
{
	(void)sources;
	(void)all;
	(void)subject;
	(void)sleep(20);
	return 0;
}

static int done_run(const struct sources *sources, struct facts *all, uint32_t subject)
{
	(void)sources;
	(void)all;
	return subject == 1 ? -EIO : 0;
}

static const struct probe HANG = {"hang", PHASE_START, 1000, hang_run, CONFINE_NONE};
static const struct probe DONE = {"done", PHASE_DISK, 60 * US_PER_S, done_run, CONFINE_NONE};

static void start(void)
{
	facts = mmap(
		NULL, sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(facts, MAP_FAILED);
	memset(&children, 0, sizeof(children));
	children.keep_out[0] = -1;
}

/* Waits for a child to have ended, without taking it in. */
static siginfo_t wait_for(pid_t pid)
{
	siginfo_t info = {0};

	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return info;
}

static void finish_all(void)
{
	while (children.count) {
		(void)wait_for(children.item[0].pid);
		(void)children_reap(&children);
	}
}

START_TEST(one_that_hangs_is_killed_at_its_deadline)
{
	siginfo_t info;

	start();
	ck_assert_int_eq(
		children_start(&children, &HANG, PHASE_START, &SOURCES, facts, 0, "sda"), 0);
	ck_assert_uint_eq(
		children_expire(&children, &SOURCES, children.item[0].deadline_us - 1), 0);
	ck_assert_uint_eq(children_running(&children, PHASE_START), 1);
	ck_assert_uint_eq(children_expire(&children, &SOURCES, children.item[0].deadline_us), 1);
	ck_assert_uint_eq(children_running(&children, PHASE_START), 0);
	ck_assert_int_eq(facts->probes.item[0].state, PROBE_TIMEOUT);
	info = wait_for(children.item[0].pid);
	ck_assert_int_eq(info.si_code, CLD_KILLED);
	ck_assert_int_eq(info.si_status, SIGKILL);
}

START_TEST(one_that_was_left_behind_stays_a_timeout)
{
	start();
	(void)children_start(&children, &HANG, PHASE_START, &SOURCES, facts, 0, NULL);
	children_give_up(&children, &SOURCES, PHASE_START);
	finish_all();
	ck_assert_int_eq(facts->probes.item[0].state, PROBE_TIMEOUT);
	ck_assert_int_eq(facts->probes.item[0].signal, 0);
}

START_TEST(what_a_child_returned_is_a_fact)
{
	start();
	(void)children_start(&children, &DONE, PHASE_DISK, &SOURCES, facts, 0, NULL);
	(void)children_start(&children, &DONE, PHASE_DISK, &SOURCES, facts, 1, NULL);
	finish_all();
	ck_assert_int_eq(facts->probes.item[0].state, PROBE_DONE);
	ck_assert_int_eq(facts->probes.item[1].state, PROBE_FAILED);
	ck_assert_int_eq(facts->probes.item[1].error, -EIO);
}

START_TEST(those_beyond_the_last_place_are_told_of)
{
	start();
	for (uint32_t i = 0; i < CHILDREN_MAX; i++)
		ck_assert_int_eq(
			children_start(&children, &HANG, PHASE_START, &SOURCES, facts, 0, NULL), 0);
	ck_assert_int_eq(
		children_start(&children, &HANG, PHASE_START, &SOURCES, facts, 0, NULL), -EAGAIN);
	ck_assert_int_eq(facts->probes.item[CHILDREN_MAX].state, PROBE_NO_CHILD);
	ck_assert_uint_eq(children_expire(&children, &SOURCES, UINT64_MAX), CHILDREN_MAX);
	finish_all();
}

/* ------------------------------------------------------------------------------------ disks */

static void add_disk(const char *name)
{
	struct block_fact *block = fact_new(facts->blocks);

	(void)text_copy(block->name, sizeof(block->name), name);
	block->size_bytes = 1 << 20;
	fact_done(facts->blocks);
}

static void read_disks(const struct probe *probe)
{
	disks_start(&disks, &children, probe, &SOURCES, facts);
	finish_all();
}

START_TEST(a_disk_that_changes_for_ever_is_read_a_few_times)
{
	struct udev_event change = {.action = UDEV_CHANGE, .is_block = true, .is_disk = true};

	start();
	memset(&disks, 0, sizeof(disks));
	(void)text_copy(change.name, sizeof(change.name), "sda");
	add_disk("sda");
	disks_note(&disks, facts);
	for (int i = 0; i < 3 * DISK_READS_MAX; i++) {
		disks_event(&disks, facts, &change);
		read_disks(&DONE);
	}
	ck_assert_uint_eq(fact_count(facts->probes), DISK_READS_MAX);
	ck_assert(disks_are_idle(&disks));

	/* The last look sees what became of it, once. */
	disks_refresh(&disks);
	ck_assert(!disks_are_idle(&disks));
	read_disks(&DONE);
	ck_assert_uint_eq(fact_count(facts->probes), DISK_READS_MAX + 1);
	disks_event(&disks, facts, &change);
	read_disks(&DONE);
	ck_assert_uint_eq(fact_count(facts->probes), DISK_READS_MAX + 1);
}

START_TEST(a_disk_arrives_once_whatever_udev_says_again)
{
	struct udev_event event = {.action = UDEV_ADD, .is_block = true, .is_disk = true};
	struct device_event_fact *fact;
	uint64_t first;

	start();
	memset(&disks, 0, sizeof(disks));
	fact = &facts->device_events.item[0];
	(void)text_copy(event.name, sizeof(event.name), "sda");
	disks_event(&disks, facts, &event);
	ck_assert_uint_ne(fact->arrived_us, 0);
	fact->arrived_us = first = 1;
	disks_event(&disks, facts, &event);
	ck_assert_uint_eq(fact->arrived_us, first);

	/* Another one under its name. */
	event.action = UDEV_REMOVE;
	disks_event(&disks, facts, &event);
	ck_assert_uint_eq(fact->arrived_us, first);
	event.action = UDEV_ADD;
	disks_event(&disks, facts, &event);
	ck_assert_uint_gt(fact->arrived_us, first);
	ck_assert_uint_eq(fact->removed_us, 0);
}

START_TEST(disks_that_hang_leave_room_for_others)
{
	start();
	memset(&disks, 0, sizeof(disks));
	for (int i = 0; i < 41; i++) {
		char name[] = {'s', 'd', (char)('a' + i / 26), (char)('a' + i % 26), '\0'};

		add_disk(name);
	}
	disks_note(&disks, facts);
	disks_start(&disks, &children, &HANG, &SOURCES, facts);
	ck_assert_uint_eq(children_running(&children, PHASE_DISK), CHILDREN_DISKS_MAX);
	ck_assert(!disks_are_idle(&disks));
	/* Left behind, they still are processes. */
	children_give_up(&children, &SOURCES, PHASE_DISK);
	disks_start(&disks, &children, &HANG, &SOURCES, facts);
	ck_assert_uint_eq(children_running(&children, PHASE_DISK), 0);
	finish_all();
	disks_start(&disks, &children, &HANG, &SOURCES, facts);
	ck_assert_uint_eq(children_running(&children, PHASE_DISK), 41 - CHILDREN_DISKS_MAX);
	ck_assert(disks_are_idle(&disks));
	children_give_up(&children, &SOURCES, PHASE_DISK);
	finish_all();
}

/* A collector that could not read something once: what its children find is found all the same. */
START_TEST(a_shortage_is_of_one_process)
{
	struct rlimit none, before;
	struct sysroot root;
	char text[16];

	start();
	ck_assert_int_eq(sysroot_open(NULL, &root), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(sysroot_read(&root, "proc/self/stat", text, sizeof(text)), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(sysroot_shortage(), -EMFILE);
	ck_assert_int_eq(children_start(&children, &DONE, PHASE_DISK, &SOURCES, facts, 0, NULL), 0);
	finish_all();
	ck_assert_int_eq(facts->probes.item[0].state, PROBE_DONE);
}
END_TEST

UNIT_MAIN("children", a_shortage_is_of_one_process, one_that_hangs_is_killed_at_its_deadline,
	one_that_was_left_behind_stays_a_timeout, what_a_child_returned_is_a_fact,
	those_beyond_the_last_place_are_told_of, a_disk_that_changes_for_ever_is_read_a_few_times,
	a_disk_arrives_once_whatever_udev_says_again, disks_that_hang_leave_room_for_others)

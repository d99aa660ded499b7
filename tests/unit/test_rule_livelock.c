/* SPDX-License-Identifier: MIT */
/*
 * boot.livelock: who runs in circles, and when that cannot be told.
 */
#include "livelock_case.h"

/* ----------------------------------------------------------------------------- who is accused */

static void looks_up_two_paths(void)
{
	stand_still();
	(void)add_looper();
}

/* As journald did where the root was a virtiofs share: slow, and each look-up well. */
static void looks_up_over_virtiofs(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(1180, "systemd-journal", SYS_newfstatat, "newfstatat", 440);
	caller->sampled = caller->lookups = caller->main_lookups = 260;
	caller->cpu_us = 60 * US_PER_MS;
	add_path(caller, "/", 5000);
	add_path(caller, "/var/log/journal", 5000);
}

static void reads_small_files_again(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(7, "checker", SYS_openat, "openat", 9000);
	add_count(caller, SYS_read, "read", 9000);
	add_count(caller, SYS_close, "close", 9000);
	caller->lookups = caller->main_lookups = 333;
	add_path(caller, "/proc/mounts", 5005);
	add_path(caller, "/etc/fstab", 4995);
	(void)add_file(caller, 3, "/proc/mounts", 334, 167 * 900, 900);
	(void)add_file(caller, 3, "/etc/fstab", 333, 166 * 400, 400);
}

static void tries_to_log(void)
{
	struct caller_fact *caller;

	stand_still();
	(void)add_journald();
	caller = add_caller(141, "yes", SYS_write, "write", 40);
	caller->sampled = 60;
	(void)add_file(caller, 1, "socket:[813]", 60, 60 * 8192, 60 * 8192);
}

static struct caller_fact *add_rewriter(void)
{
	struct caller_fact *caller = add_caller(99, "stater", SYS_write, "write", 320);
	struct call_file_fact *file;

	add_count(caller, SYS_fsync, "fsync", 320);
	caller->sampled = 200;
	caller->cpu_us = 10 * US_PER_MS;
	file = add_file(caller, 4, "/var/lib/state", 200, 400, 4);
	file->writes = file->syncs = 100;
	return caller;
}

static void writes_the_same_again(void)
{
	stand_still();
	(void)add_rewriter();
}

static void writes_the_same_by_another_descriptor(void)
{
	stand_still();
	add_rewriter()->files.item[0].file[0] = '\0';
}

static void syncs_only(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(99, "syncer", SYS_fsync, "fsync", 700);
	caller->sampled = 150;
	add_file(caller, 4, "/var/lib/state", 150, 0, 0)->syncs = 150;
}

static void reads_the_same_again(void)
{
	stand_still();
	(void)add_file(add_caller(99, "reader", SYS_pread64, "pread64", 1234567), 4, "/dev/vda",
		1000, 512000, 512);
}

static void asks_in_vain(void)
{
	stand_still();
	(void)add_spinner();
}

static void two_that_circle(void)
{
	stand_still();
	(void)add_looper();
	(void)add_spinner();
}

static void looks_up_more_than_is_told(void)
{
	stand_still();
	add_looper()->different_paths = 7;
}

/* It is the busiest itself. */
static void circles_and_computes(void)
{
	stand_still();
	(void)add_looper();
	add_computing("looper");
	facts.heartbeat.busy.item[0].pid = 120;
}

/* --------------------------------------------------------------------------- cannot be told */

static void went_on(void)
{
	looks_up_two_paths();
	facts.stall.ended_us = 45 * US_PER_S;
}

static void goes_on_meanwhile(void)
{
	looks_up_two_paths();
	facts.heartbeat.progress_us = 45 * US_PER_S;
}

static void is_of_an_earlier_stall(void)
{
	looks_up_two_paths();
	facts.stall.since_us = 50 * US_PER_S;
}

static void may_not_trace(void)
{
	stand_still();
	facts.call_rates.read = -EPERM;
}

static void has_not_counted(void)
{
	stand_still();
	memset(&facts.call_rates, 0, sizeof(facts.call_rates));
}

static void was_lost(void)
{
	looks_up_two_paths();
	facts.observer.state = OBSERVER_LOST;
}

static void is_seen_once(void)
{
	stand_still();
	add_looper()->samples = 1;
}

static void is_seen_too_little(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_looper();
	caller->sampled = caller->lookups = caller->main_lookups = 30;
}

static void may_not_be_looked_at(void)
{
	stand_still();
	add_looper()->sample = -ENOENT;
}

RULE_CASES(LIVELOCK_CASES,
	{LIVELOCK, looks_up_two_paths, VERDICT_BAD, SEVERITY_ERROR, "looper",
		"looper (pid 120) calls statx 48,000 times a second on /a and /b, and nothing "
		"else moves",
		"guest", "systemctl status 120 "},
	{LIVELOCK, looks_up_over_virtiofs, VERDICT_BAD, SEVERITY_ERROR, "systemd-journal",
		"systemd-journal (pid 1180) calls newfstatat 440 times a second on / and "
		"/var/log/journal, and nothing else moves",
		"guest", "Storage=volatile"},
	{LIVELOCK, reads_small_files_again, VERDICT_BAD, SEVERITY_ERROR, "checker",
		"calls openat 9,000 times a second on /proc/mounts and /etc/fstab, and nothing",
		"kernel", "systemd.debug-shell"},
	{LIVELOCK, tries_to_log, VERDICT_BAD, SEVERITY_ERROR, "systemd-journal",
		"systemd-journal (pid 140) calls openat 6,000 times a second on "
		"/run/log/journal//system.journal, /run/systemd/journal/flushed and /run/log, and "
		"nothing else moves"},
	{LIVELOCK, writes_the_same_again, VERDICT_BAD, SEVERITY_ERROR, "stater",
		"writes the same 4 bytes of /var/lib/state 320 times a second, and syncs it, and "
		"nothing"},
	{LIVELOCK, writes_the_same_by_another_descriptor, VERDICT_BAD, SEVERITY_ERROR, "stater",
		"the same 4 bytes of descriptor 4 320"},
	{LIVELOCK, syncs_only, VERDICT_BAD, SEVERITY_ERROR, "syncer",
		"syncs /var/lib/state 700 times a second without writing to it"},
	{LIVELOCK, reads_the_same_again, VERDICT_BAD, SEVERITY_ERROR, "reader",
		"the same 512 bytes of /dev/vda 1,234,000 times a second"},
	{LIVELOCK, asks_in_vain, VERDICT_BAD, SEVERITY_ERROR, "daemon",
		"calls epoll_pwait 28,000 times a second on pipe:[5787], which has nothing for it"},
	{LIVELOCK, two_that_circle, VERDICT_BAD, SEVERITY_ERROR, "looper", "nothing else moves"},
	{LIVELOCK, looks_up_more_than_is_told, VERDICT_BAD, SEVERITY_ERROR, "looper",
		"on /a, /b and 5 more, and nothing"},
	{LIVELOCK, circles_and_computes, VERDICT_BAD, SEVERITY_ERROR, "looper",
		"nothing else moves"},
	{LIVELOCK, NULL, VERDICT_GOOD}, {LIVELOCK, went_on, VERDICT_GOOD},
	{LIVELOCK, goes_on_meanwhile, VERDICT_GOOD},
	{LIVELOCK, is_of_an_earlier_stall, VERDICT_UNKNOWN},
	{LIVELOCK, may_not_trace, VERDICT_UNKNOWN}, {LIVELOCK, has_not_counted, VERDICT_UNKNOWN},
	{LIVELOCK, was_lost, VERDICT_UNKNOWN}, {LIVELOCK, is_seen_once, VERDICT_UNKNOWN},
	{LIVELOCK, is_seen_too_little, VERDICT_UNKNOWN},
	{LIVELOCK, may_not_be_looked_at, VERDICT_UNKNOWN});

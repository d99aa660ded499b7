/* SPDX-License-Identifier: MIT */
/*
 * boot.livelock: all those who are busy, and get on.
 */
#include "livelock_case.h"

/* fsck: from one end of the disk to the other, with some parts twice. */
static void checks_a_disk(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(70, "fsck.ext4", SYS_pread64, "pread64", 9000);
	(void)add_file(caller, 4, "/dev/vda1", 1000, 4 * MIB, 3 * MIB);
}

static void makes_a_file_system(void)
{
	struct call_file_fact *file;
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(71, "mkfs.ext4", SYS_pwrite64, "pwrite64", 20000);
	add_count(caller, SYS_fsync, "fsync", 300);
	file = add_file(caller, 3, "/dev/vdb", 1000, 4 * MIB, 4 * MIB);
	file->writes = 985;
	file->syncs = 15;
}

static void copies(void)
{
	stand_still();
	add_copier();
}

/* Nothing but the processor, and some random bytes. */
static void makes_a_key(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(73, "ssh-keygen", SYS_getrandom, "getrandom", 30);
	caller->sampled = caller->others = 12;
	add_computing("ssh-keygen");
}

/* dpkg: many files, each written and synced. */
static void installs_packages(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(74, "dpkg", SYS_openat, "openat", 1500);
	add_count(caller, SYS_fsync, "fsync", 1500);
	caller->lookups = 400;
	caller->different_paths = 300;
	add_file(caller, 5, "/usr/bin/x.dpkg-new", 300, MIB, MIB)->syncs = 100;
}

static void relabels(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(75, "setfiles", SYS_lsetxattr, "lsetxattr", 12000);
	caller->lookups = 1000;
	caller->different_paths = 980;
	caller->others = 500;
}

/* A database's log: synced after each entry, and longer each time. */
static void appends_and_syncs(void)
{
	struct call_file_fact *file;
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(76, "etcd", SYS_write, "write", 400);
	add_count(caller, SYS_fdatasync, "fdatasync", 400);
	file = add_file(caller, 6, "/var/lib/etcd/wal", 1000, 20000, 20000);
	file->writes = file->syncs = 500;
}

/* A shell script that opens its output anew for each line. */
static void appends_line_by_line(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(76, "sh", SYS_openat, "openat", 9000);
	caller->lookups = caller->main_lookups = 250;
	add_path(caller, "/var/lib/list", 10000);
	add_file(caller, 3, "/var/lib/list", 750, 2750, 2750)->writes = 250;
	caller->opened_bytes = 2750;
}

/* A stream of lines, and a copy that is not one to another process. */
static void logs_while_somebody_copies(void)
{
	stand_still();
	(void)add_journald();
	add_copier();
}

/* Looks the time zone up for each line that it writes. */
static void logs(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(77, "rsyslogd", SYS_newfstatat, "newfstatat", 8000);
	add_count(caller, SYS_write, "write", 8000);
	caller->lookups = caller->main_lookups = 500;
	add_path(caller, "/etc/localtime", 10000);
	add_file(caller, 7, "/var/log/syslog", 500, 40000, 40000)->writes = 500;
}

/* A file that somebody waits for, with a sleep between. */
static void waits_for_a_file(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(78, "wait-for", SYS_clock_nanosleep, "clock_nanosleep", 900);
	add_count(caller, SYS_newfstatat, "newfstatat", 900);
	caller->cpu_us = 50 * US_PER_MS;
	caller->lookups = caller->main_lookups = 500;
	caller->waited_us = 38 * US_PER_MS;
	add_path(caller, "/run/ready", 10000);
}

/* Now and then, without a sleep that is seen. */
static void looks_seldom(void)
{
	stand_still();
	add_looper()->calls = 49;
}

static void serves(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(79, "sshd", SYS_ppoll, "ppoll", 3000);
	caller->waited_us = 39 * US_PER_MS;
	(void)add_file(caller, 3, "socket:[99]", 300, 30000, 30000);
}

/* The same few files for each of its many. */
static void copies_a_tree(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_looper();
	caller->main_lookups = 880;
	caller->different_paths = 30;
}

static void makes_a_list(void)
{
	stand_still();
	add_looper()->different_paths = 40;
}

static void handles_events(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(80, "systemd-udevd", SYS_openat, "openat", 9000);
	caller->lookups = 600;
	caller->different_paths = 60;
	caller->others = 100;
	(void)add_file(caller, 11, "socket:[12]", 100, 9000, 9000);
}

/* Its calls do not tell what they achieve. */
static void controls_a_device(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(81, "rngd", SYS_ioctl, "ioctl", 50000);
	caller->others = 1000;
	(void)add_file(caller, 3, "/dev/random", 1000, 0, 0);
}

/* Threads of a runtime that wait for each other. */
static void contends(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(82, "containerd", SYS_futex, "futex", 20000);
	caller->failed = caller->empty = 900;
}

/* Between two look-ups it tells a device what to do. */
static void looks_up_and_controls(void)
{
	stand_still();
	add_looper()->others = 500;
}

static void looks_up_among_other_things(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_looper();

	caller->lookups = caller->main_lookups = 100;
}

/* A shell, that takes its input so as to leave the rest to others. */
static void reads_byte_by_byte(void)
{
	stand_still();
	(void)add_file(
		add_caller(83, "sh", SYS_read, "read", 50000), 0, "/etc/list", 1000, 1000, 1000);
}

static void searches(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(84, "ld.so", SYS_openat, "openat", 30000);
	caller->lookups = caller->failed = caller->empty = 600;
	caller->different_paths = 500;
	(void)add_file(caller, 3, "/usr/lib", 400, 0, 0);
}

static void polls_by_a_clock(void)
{
	stand_still();
	add_spinner()->cpu_us = 20 * US_PER_MS;
}

static void polls_and_finds(void)
{
	stand_still();
	add_spinner()->empty = 200;
}

static void polls_and_reads(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_spinner();
	caller->bytes = caller->fresh_bytes = 300;
}

static void circles_until_a_copy_is_done(void)
{
	stand_still();
	(void)add_looper();
	add_copier();
}

static void circles_until_a_key_is_made(void)
{
	stand_still();
	(void)add_looper();
	add_computing("ssh-keygen");
}

#define GOOD(build)                           \
	{                                     \
		LIVELOCK, build, VERDICT_GOOD \
	}

RULE_CASES(BUSY_CASES, GOOD(checks_a_disk), GOOD(makes_a_file_system), GOOD(copies),
	GOOD(makes_a_key), GOOD(installs_packages), GOOD(relabels), GOOD(appends_and_syncs),
	GOOD(logs), GOOD(appends_line_by_line), GOOD(logs_while_somebody_copies),
	GOOD(waits_for_a_file), GOOD(looks_seldom), GOOD(serves), GOOD(copies_a_tree),
	GOOD(makes_a_list), GOOD(handles_events), GOOD(controls_a_device),
	GOOD(looks_up_and_controls), GOOD(looks_up_among_other_things), GOOD(reads_byte_by_byte),
	GOOD(searches), GOOD(polls_by_a_clock), GOOD(polls_and_finds), GOOD(polls_and_reads),
	GOOD(contends), GOOD(circles_until_a_copy_is_done), GOOD(circles_until_a_key_is_made));

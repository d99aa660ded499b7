/* SPDX-License-Identifier: MIT */
/*
 * boot.livelock: who runs in circles, and all those who are busy and do not.
 */
#include "rule_case.h"

#include <sys/syscall.h>

#define MIB (UINT64_C(1) << 20)

/* ------------------------------------------------------------------------------------ builders */

/* Nothing has gone on for 30 s, and system calls were counted for the last of them. */
static void stand_still(void)
{
	facts.observer.state = OBSERVER_WATCHING;
	fact_publish(&facts.observer.once);
	facts.stall.since_us = 10 * US_PER_S;
	facts.stall.at_us = 40 * US_PER_S;
	fact_publish(&facts.stall.once);
	facts.heartbeat.at_us = 40 * US_PER_S;
	facts.heartbeat.interval_us = 5 * US_PER_S;
	facts.heartbeat.progress_us = 10 * US_PER_S;
	fact_publish(&facts.heartbeat.once);
	facts.call_rates.read = OUTCOME_OK;
	facts.call_rates.at_us = 44 * US_PER_S;
	facts.call_rates.interval_us = US_PER_S;
	fact_publish(&facts.call_rates.once);
}

static void add_count(struct caller_fact *caller, uint32_t number, const char *name, uint64_t calls)
{
	struct call_count_fact *count = add_to(caller->counts);

	count->number = number;
	set_text(count->name, name);
	count->calls = calls;
	caller->calls += calls;
}

/* Two samples of 500 calls, in which it never waited and moved nothing. */
static struct caller_fact *add_caller(
	uint32_t pid, const char *comm, uint32_t number, const char *name, uint64_t calls)
{
	struct caller_fact *caller = add_to(facts.call_rates.callers);

	caller->pid = pid;
	set_text(caller->comm, comm);
	caller->sample = caller->paths_read = OUTCOME_OK;
	caller->samples = 2;
	caller->sample_us = caller->cpu_us = 600 * US_PER_MS;
	caller->seen_us = 40 * US_PER_MS;
	caller->sampled = 1000;
	add_count(caller, number, name, calls);
	return caller;
}

static void add_path(struct caller_fact *caller, const char *path, uint32_t share)
{
	struct call_path_fact *fact = add_to(caller->paths);

	set_text(fact->path, path);
	fact->share = share;
	caller->different_paths++;
}

static struct call_file_fact *add_file(struct caller_fact *caller, int32_t descriptor,
	const char *name, uint32_t calls, uint64_t bytes, uint64_t fresh_bytes)
{
	struct call_file_fact *file = add_to(caller->files);

	file->descriptor = descriptor;
	set_text(file->file, name);
	file->calls = calls;
	file->bytes = bytes;
	file->fresh_bytes = fresh_bytes;
	caller->different_files++;
	caller->bytes += bytes;
	caller->fresh_bytes += fresh_bytes;
	return file;
}

/* ----------------------------------------------------------------------------- who is accused */

static struct caller_fact *add_looper(void)
{
	struct caller_fact *caller = add_caller(120, "looper", SYS_statx, "statx", 48123);

	caller->lookups = 1000;
	caller->failed = caller->empty = 1000;
	add_path(caller, "/a", 5000);
	add_path(caller, "/b", 5000);
	return caller;
}

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
	caller->sampled = caller->lookups = 260;
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
	caller->lookups = 333;
	add_path(caller, "/proc/mounts", 5005);
	add_path(caller, "/etc/fstab", 4995);
	(void)add_file(caller, 3, "/proc/mounts", 334, 167 * 900, 900);
	(void)add_file(caller, 3, "/etc/fstab", 333, 166 * 400, 400);
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

static struct caller_fact *add_spinner(void)
{
	struct caller_fact *caller =
		add_caller(55, "daemon", SYS_epoll_pwait, "epoll_pwait", 28571);

	add_count(caller, SYS_read, "read", 28571);
	caller->empty = 1000;
	(void)add_file(caller, 7, "pipe:[5787]", 500, 0, 0);
	return caller;
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

/* --------------------------------------------------------------------- healthy, and very busy */

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

static void add_copier(void)
{
	struct caller_fact *caller = add_caller(72, "dd", SYS_read, "read", 5000);

	add_count(caller, SYS_write, "write", 5000);
	(void)add_file(caller, 0, "/dev/zero", 500, 500 * 4096, 500 * 4096);
	add_file(caller, 1, "/dev/vdb", 500, 500 * 4096, 500 * 4096)->writes = 500;
}

static void copies(void)
{
	stand_still();
	add_copier();
}

static void add_computing(const char *comm)
{
	struct busy_process_fact *process = add_to(facts.heartbeat.busy);

	process->pid = 73;
	set_text(process->comm, comm);
	process->cpu_us = 4900 * US_PER_MS;
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

/* Looks the time zone up for each line that it writes. */
static void logs(void)
{
	struct caller_fact *caller;

	stand_still();
	caller = add_caller(77, "rsyslogd", SYS_newfstatat, "newfstatat", 8000);
	add_count(caller, SYS_write, "write", 8000);
	caller->lookups = 500;
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
	caller->lookups = 500;
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

static void may_not_be_looked_at(void)
{
	stand_still();
	add_looper()->sample = -ENOENT;
}

#define LIVELOCK "boot.livelock"
#define BAD(build, subject, says)                                           \
	{                                                                   \
		LIVELOCK, build, VERDICT_BAD, SEVERITY_ERROR, subject, says \
	}
#define GOOD(build)                           \
	{                                     \
		LIVELOCK, build, VERDICT_GOOD \
	}
#define UNKNOWN(build)                           \
	{                                        \
		LIVELOCK, build, VERDICT_UNKNOWN \
	}

RULE_CASES(LIVELOCK_CASES,
	BAD(looks_up_two_paths, "looper",
		"looper (pid 120) calls statx 48,000 times a second on /a and /b, and nothing "
		"else moves"),
	BAD(looks_up_over_virtiofs, "systemd-journal",
		"systemd-journal (pid 1180) calls newfstatat 440 times a second on / and "
		"/var/log/journal, and nothing else moves"),
	BAD(reads_small_files_again, "checker",
		"calls openat 9,000 times a second on /proc/mounts and /etc/fstab, and nothing"),
	BAD(writes_the_same_again, "stater",
		"writes the same 4 bytes of /var/lib/state 320 times a second, and syncs it, and "
		"nothing"),
	BAD(writes_the_same_by_another_descriptor, "stater",
		"the same 4 bytes of descriptor 4 320"),
	BAD(syncs_only, "syncer", "syncs /var/lib/state 700 times a second without writing to it"),
	BAD(reads_the_same_again, "reader",
		"the same 512 bytes of /dev/vda 1,234,000 times a second"),
	BAD(asks_in_vain, "daemon",
		"calls epoll_pwait 28,000 times a second on pipe:[5787], which has nothing for it"),
	BAD(two_that_circle, "looper", "nothing else moves"),
	BAD(looks_up_more_than_is_told, "looper", "on /a, /b and 5 more, and nothing"),
	BAD(circles_and_computes, "looper", "nothing else moves"), GOOD(NULL), GOOD(went_on),
	GOOD(checks_a_disk), GOOD(makes_a_file_system), GOOD(copies), GOOD(makes_a_key),
	GOOD(installs_packages), GOOD(relabels), GOOD(appends_and_syncs), GOOD(logs),
	GOOD(waits_for_a_file), GOOD(looks_seldom), GOOD(serves), GOOD(handles_events),
	GOOD(controls_a_device), GOOD(contends), GOOD(circles_until_a_copy_is_done),
	GOOD(circles_until_a_key_is_made), GOOD(goes_on_meanwhile), UNKNOWN(is_of_an_earlier_stall),
	UNKNOWN(may_not_trace), UNKNOWN(has_not_counted), UNKNOWN(was_lost), UNKNOWN(is_seen_once),
	UNKNOWN(may_not_be_looked_at));

/* SPDX-License-Identifier: MIT */
/*
 * What the observer takes for progress, who has much to do, and who waits for what. Folders stand
 * in for /proc, /sys and /run.
 */
#include "base/clock.h"
#include "base/text.h"
#include "recorder/busy.h"
#include "recorder/careful.h"
#include "recorder/progress.h"
#include "recorder/waiting.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLLECTOR 40

static char folder[] = "/tmp/observer-XXXXXX";
static struct sysroot proc, sys, run;
static struct progress progress;
static struct busy *busy;
static struct facts *facts;
static int kmsg[2];

/* With the folders that lead there. */
static void make_path(char *path, size_t size, const char *name)
{
	(void)snprintf(path, size, "%s/%s", folder, name);
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		ck_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	make_path(path, sizeof(path), name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	(void)fclose(file);
}

static void put_link(const char *name, const char *target)
{
	char path[256];

	make_path(path, sizeof(path), name);
	ck_assert(symlink(target, path) == 0 || errno == EEXIST);
}

static void put_process(unsigned pid, unsigned parent, const char *comm, char state, unsigned ticks)
{
	char name[64], text[256];

	(void)snprintf(name, sizeof(name), "proc/%u/stat", pid);
	(void)snprintf(text, sizeof(text),
		"%u (%s) %c %u 1 1 0 -1 4194560 0 0 0 0 %u 0 0 0 20 0 1 0 99 1 1\n", pid, comm,
		state, parent, ticks);
	put(name, text);
}

static void put_disks(unsigned ended, unsigned sectors, unsigned under_way)
{
	char text[256];

	(void)snprintf(text, sizeof(text), " 254 0 vda %u 0 %u 0 0 0 0 0 %u 0 0\n", ended, sectors,
		under_way);
	put("proc/diskstats", text);
}

static void put_totals(unsigned busy_ticks)
{
	char text[128];

	(void)snprintf(
		text, sizeof(text), "cpu  %u 0 0 9 9 0 0 0 0 0\nprocesses 192\n", busy_ticks);
	put("proc/stat", text);
}

static void say(const char *text)
{
	char line[256];
	int length = snprintf(line, sizeof(line), "30,7,1234567,-;%s\n", text);

	ck_assert_int_eq(write(kmsg[1], line, (size_t)length), length);
}

static void set_up(void)
{
	struct sysroot root;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	put("sys/kernel/uevent_seqnum", "700\n");
	put("proc/1/mountinfo", "21 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
	put("proc/tty/driver/serial", "0: uart:16550A port:000003F8 irq:4 tx:77 rx:0\n");
	put("run/systemd/units/invocation:a.service", "");
	put_totals(0);
	put_disks(10, 100, 0);
	ck_assert_int_eq(sysroot_open(folder, &root), 0);
	ck_assert_int_eq(sysroot_open_below(&root, "proc", &proc), 0);
	ck_assert_int_eq(sysroot_open_below(&root, "sys", &sys), 0);
	ck_assert_int_eq(sysroot_open_below(&root, "run", &run), 0);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, kmsg), 0);
	busy = busy_new();
	facts = mmap(
		NULL, sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(busy && facts != MAP_FAILED);
}

static void tear_down(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* ------------------------------------------------------------------------------------ progress */

/* Whether there is any at that moment. */
static bool goes_on_at(uint64_t now_us)
{
	progress_look(&progress, &(struct progress_sources){&proc, &sys, &run, kmsg[0]}, 2, now_us);
	return progress.last_us == now_us;
}

START_TEST(what_was_not_there_before_is_progress)
{
	set_up();
	ck_assert(goes_on_at(1));
	ck_assert_uint_eq(progress.counters.processes, 190);
	ck_assert_uint_eq(progress.counters.units, 1);
	ck_assert_uint_eq(progress.counters.mounts, 1);
	ck_assert_uint_eq(progress.counters.uevents, 700);
	ck_assert_uint_eq(progress.counters.console_bytes, 77);
	ck_assert(!goes_on_at(2));
	put("run/systemd/units/invocation:b.service", "");
	ck_assert(goes_on_at(3));
	put("sys/kernel/uevent_seqnum", "701\n");
	ck_assert(goes_on_at(4));
	put("proc/1/mountinfo", "21 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
				"22 1 0:5 / /tmp rw - tmpfs tmpfs rw\n");
	ck_assert(goes_on_at(5));
	say("Mounted /srv.");
	ck_assert(goes_on_at(6));
	ck_assert_uint_eq(progress.counters.messages, 1);
	progress_note(&progress, "program", "agetty", 7);
	ck_assert_uint_eq(progress.last_us, 7);
	tear_down();
}
END_TEST

START_TEST(more_of_the_same_is_none)
{
	set_up();
	say("Waiting for /dev/x (1 s)");
	progress_note(&progress, "program", "sleep", 1);
	ck_assert(goes_on_at(1));
	/* In other numbers; what the kernel says; what we say. */
	say("Waiting for /dev/x (12 s)");
	ck_assert_int_gt(write(kmsg[1], "6,8,1,-;vda: timeout\n", 21), 0);
	say("bootprobe: {\"bootprobe\":1}");
	progress_note(&progress, "program", "sleep", 2);
	put("proc/stat", "cpu  5 0 0 9 9 0 0 0 0 0\nprocesses 999\n");
	put("proc/tty/driver/serial", "0: uart:16550A port:000003F8 irq:4 tx:999 rx:0\n");
	ck_assert(!goes_on_at(2));
	ck_assert_uint_eq(progress.counters.messages, 2);
	/* A unit that is stopped and started again. */
	ck_assert_int_eq(unlinkat(run.fd, "systemd/units/invocation:a.service", 0), 0);
	ck_assert(!goes_on_at(3));
	put("run/systemd/units/invocation:a.service", "");
	ck_assert(!goes_on_at(4));
	tear_down();
}
END_TEST

START_TEST(a_boot_with_very_much_gets_on)
{
	char name[32];

	set_up();
	for (unsigned i = 0; i < 2 * PROGRESS_SEEN_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		progress_note(&progress, "program", name, i);
		ck_assert_uint_eq(progress.last_us, i);
	}
	tear_down();
}
END_TEST

/* ------------------------------------------------------------------------------ who has to do */

START_TEST(who_has_most_to_do_is_told)
{
	set_up();
	put_process(1, 0, "init", 'S', 100);
	put_process(50, 2, "kworker/0:1", 'I', 500);
	put_process(60, 1, "busy", 'R', 10);
	put_process(61, 1, "disk", 'D', 0);
	put_process(COLLECTOR, 1, "ours", 'R', 0);
	put_process(41, COLLECTOR, "ours", 'R', 0);
	put("proc/61/io", "read_bytes: 0\nwrite_bytes: 0\n");
	busy_list(busy, &proc, COLLECTOR, 5);
	busy_tell(busy, &proc, &facts->heartbeat, &facts->own_processes);
	put_process(60, 1, "busy", 'R', 90);
	put_process(61, 1, "disk", 'D', 1);
	put_process(COLLECTOR, 1, "ours", 'R', 900);
	put_process(41, COLLECTOR, "ours", 'R', 900);
	put("proc/61/io", "read_bytes: 4096\nwrite_bytes: 8192\n");
	put("proc/61/fd/0", "");
	busy_list(busy, &proc, COLLECTOR, 6);
	busy_tell(busy, &proc, &facts->heartbeat, &facts->own_processes);
	ck_assert_uint_eq(busy->count, 4);
	ck_assert_uint_eq(fact_count(facts->heartbeat.busy), 2);
	ck_assert_str_eq(facts->heartbeat.busy.item[0].comm, "busy");
	ck_assert_uint_eq(facts->heartbeat.busy.item[0].cpu_us, 80 * US_PER_S / 100);
	ck_assert_str_eq(facts->heartbeat.busy.item[1].comm, "disk");
	ck_assert_uint_eq(facts->heartbeat.busy.item[1].read_bytes, 4096);
	ck_assert_uint_eq(facts->heartbeat.busy.item[1].written_bytes, 8192);
	ck_assert_uint_eq(facts->heartbeat.busy.item[1].descriptors, 1);
	ck_assert_uint_eq(facts->own_processes, 2);
	for (uint32_t i = 0; i < busy->count; i++)
		ck_assert_uint_eq(busy->item[i].waiting_since, busy->item[i].state == 'D' ? 5 : 0);
	tear_down();
}
END_TEST

/* ------------------------------------------------------------------------------ who waits */

static void put_waiting(void)
{
	put_process(60, 1, "cat", 'D', 0);
	put("proc/60/wchan", "folio_wait_bit_common");
	put("proc/60/stack", "[<0>] folio_wait_bit_common+0x1/0x2\n[<0>] filemap_read+0x1/0x2\n");
	put("proc/60/syscall", "0 0x3 0x55d0 0x1000 0x0 0x0 0x0 0x7ffd 0x7f01\n");
	put_link("proc/60/fd/3", "/usr/bin/x");
	put("proc/60/fdinfo/3", "pos:\t0\nmnt_id:\t21\n");
	put("proc/60/mountinfo", "21 1 254:1 / / rw - ext4 /dev/root rw\n");
	put_link("sys/dev/block/254:1", "../../devices/pci/virtio0/block/vda/vda1");
}

static void gather(struct stall_watch *watch, uint64_t now_us)
{
	busy_list(busy, &proc, COLLECTOR, now_us);
	waiting_gather(watch, busy, &proc, &sys, facts, now_us);
}

START_TEST(who_waits_for_which_disk)
{
	const struct waiting_process_fact *process;
	struct stall_watch watch = {0};

	set_up();
	put_waiting();
	/* They wait with it, and one for an event. */
	put_process(50, 2, "jbd2/vda1-8", 'D', 0);
	put_process(61, 1, "sleep", 'S', 0);
	put("proc/61/wchan", "hrtimer_nanosleep");
	put_process(41, COLLECTOR, "ours", 'D', 0);
	put("proc/meminfo", "MemTotal: 10 kB\nMemAvailable: 5 kB\n");
	put("proc/pressure/cpu", "some avg10=1.00 avg60=0.00 avg300=0.00 total=0\n");
	put("proc/pressure/memory", "some avg10=2.00 avg60=0.00\nfull avg10=3.00 avg60=0.00\n");
	put("proc/pressure/io", "some avg10=4.00 avg60=0.00\nfull avg10=5.00 avg60=0.00\n");
	gather(&watch, 7);
	gather(&watch, 8);
	ck_assert_uint_eq(facts->stall.waiting_count, 2);
	process = &facts->stall.waiting.item[0];
	ck_assert_str_eq(process->comm, "cat");
	ck_assert_str_eq(process->call, "read");
	ck_assert_int_eq(process->descriptor, 3);
	ck_assert_str_eq(process->file, "/usr/bin/x");
	ck_assert_str_eq(process->device, "vda1");
	ck_assert_str_eq(process->wait_channel, "folio_wait_bit_common");
	ck_assert_str_eq(process->stack, "folio_wait_bit_common filemap_read");
	ck_assert_uint_eq(process->since_us, 7);
	ck_assert_str_eq(facts->stall.waiting.item[1].comm, "jbd2/vda1-8");
	ck_assert(facts->stall.waiting.item[1].is_kernel && !process->is_kernel);
	ck_assert_uint_eq(facts->stall.available_bytes, 5 * 1024);
	ck_assert_int_eq(facts->stall.pressure.read, OUTCOME_OK);
	ck_assert_uint_eq(facts->stall.pressure.memory_full, 300);
	ck_assert_uint_eq(facts->stall.pressure.io_full, 500);
	tear_down();
}
END_TEST

/* A disk itself; a folder of the host's, for which one is not in state D; none that is known. */
START_TEST(other_things_to_wait_for)
{
	struct stall_watch watch = {0};

	set_up();
	put_waiting();
	put_process(70, 1, "dd", 'D', 0);
	put("proc/70/syscall", "0 0x0 0x0\n");
	put_link("proc/70/fd/0", "/dev/vdb");
	put_process(71, 1, "ls", 'S', 0);
	put("proc/71/wchan", "request_wait_answer");
	put("proc/71/syscall", "0 0x4 0x0\n");
	put_link("proc/71/fd/4", "/srv");
	put("proc/71/fdinfo/4", "mnt_id:\t30\n");
	put("proc/71/mountinfo", "30 1 0:40 / /srv rw - virtiofs share rw\n");
	put_process(72, 1, "modprobe", 'D', 0);
	put("proc/72/syscall", "running\n");
	gather(&watch, 7);
	ck_assert_uint_eq(facts->stall.waiting_count, 4);
	fact_foreach (process, facts->stall.waiting) {
		const char *device = process->pid == 60   ? "vda1"
				     : process->pid == 70 ? "vdb"
				     : process->pid == 71 ? "share"
							  : "";

		ck_assert_str_eq(process->device, device);
	}
	ck_assert_int_eq(facts->stall.pressure.read, -ENOENT);
	tear_down();
}
END_TEST

START_TEST(what_the_machine_does_meanwhile)
{
	static const struct {
		unsigned ticks, ended, sectors, requests;
		enum stall_work work;
		const char *stuck;
	} CASES[] = {{3, 10, 100, 0, STALL_IDLE, ""}, {500, 10, 100, 0, STALL_COMPUTES, ""},
		{3, 99, 5000, 1, STALL_READS_WRITES, ""}, {3, 10, 100, 2, STALL_IDLE, "vda"},
		{3, 11, 101, 2, STALL_IDLE, ""}};

	set_up();
	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		struct stall_watch watch = {.is_marked = true};

		put_totals(0);
		put_disks(10, 100, CASES[i].requests);
		machine_work_look(&proc, &watch.before, 0);
		put_totals(CASES[i].ticks);
		put_disks(CASES[i].ended, CASES[i].sectors, CASES[i].requests);
		gather(&watch, 10 * US_PER_S);
		ck_assert_uint_eq(facts->stall.work, CASES[i].work);
		ck_assert_str_eq(facts->stall.stuck_disk, CASES[i].stuck);
		ck_assert_uint_eq(facts->stall.window_us, 10 * US_PER_S);
	}
	tear_down();
}
END_TEST

/* ------------------------------------------------------------------------------ what may hang */

static void publish(void *context)
{
	(void)context;
	fact_publish(&facts->stall.once);
}

static void publish_and_hang(void *context)
{
	publish(context);
	for (;;)
		(void)pause();
}

static void crash(void *context)
{
	(void)context;
	abort();
}

START_TEST(a_look_that_hangs_is_left_behind)
{
	_Atomic uint64_t started = 0;

	set_up();
	ck_assert(!careful_look(publish_and_hang, NULL, 300 * US_PER_MS, &started));
	ck_assert(fact_is_known(&facts->stall.once));
	ck_assert(!careful_look(crash, NULL, 60 * US_PER_S, &started));
	facts->stall.once.is_known = 0;
	ck_assert(careful_look(publish, NULL, 60 * US_PER_S, &started));
	ck_assert(fact_is_known(&facts->stall.once));
	ck_assert_uint_eq(started, 3);
	tear_down();
}
END_TEST

UNIT_MAIN("observer", what_was_not_there_before_is_progress, more_of_the_same_is_none,
	a_boot_with_very_much_gets_on, who_has_most_to_do_is_told, who_waits_for_which_disk,
	other_things_to_wait_for, what_the_machine_does_meanwhile, a_look_that_hangs_is_left_behind)

/* SPDX-License-Identifier: MIT */
/*
 * A child stands in for PID 1, on a socket below a root of its own: it plays what real systemds
 * have answered, whole or in pieces, and what none would.
 */
#include "base/clock.h"
#include "base/text.h"
#include "source/systemd_boot.h"
#include "source/systemd_jobs.h"
#include "source/systemd_link.h"
#include "systemd_replies.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define OK_LINE "OK 4f5062f38db944b09b92ad0fbfc39891\r\n"
/* Longer than any test takes, and shorter than for ever. */
#define PATIENCE_US (60 * US_PER_S)

struct played {
	const char *bytes;
	size_t size;
};
#define PLAYED(literal) ((struct played){literal, sizeof(literal) - 1})

static char folder[] = "/tmp/bootprobe-systemd-XXXXXX";
static struct sysroot proc = SYSROOT_CLOSED;
static pid_t server;
static struct stall_fact stall;

/* A signal, as PID 1 sends it to all who are connected. */
static const char SIGNAL[] = "l\4\1\1\4\0\0\0\x63\0\0\0\x1a\0\0\0"
			     "\1\1o\0\2\0\0\0/a\0\0\0\0\0\0\3\1s\0\1\0\0\0M\0"
			     "\0\0\0\0\0\0\7\0\0\0";

/* An answer that is an error, without words. */
#define ERROR "l\3\1\1\0\0\0\0\1\0\0\0\x08\0\0\0\5\1u\0\1\0\0\0"

static void path_of(char *path, size_t size, const char *name)
{
	ck_assert(text_join(path, size, folder, name, NULL));
}

static void make_folder(const char *name)
{
	char path[64];

	path_of(path, sizeof(path), name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* A /proc with PID 1's root, and with this process. */
static void set_up(void)
{
	char path[64];

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	make_folder("/1");
	make_folder("/1/root");
	make_folder("/1/root/run");
	make_folder("/1/root/run/systemd");
	path_of(path, sizeof(path), "/self");
	ck_assert_int_eq(symlink("/proc/self", path), 0);
	ck_assert_int_eq(sysroot_open(folder, &proc), 0);
	server = 0;
	stall = (struct stall_fact){0};
}

static void tear_down(void)
{
	static const char *const NAMES[] = {"/1/root/run/systemd/private", "/1/root/run/systemd",
		"/1/root/run", "/1/root", "/1", "/self", ""};
	char path[64];

	if (server) {
		(void)kill(server, SIGKILL);
		(void)waitpid(server, NULL, 0);
	}
	sysroot_close(&proc);
	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		path_of(path, sizeof(path), NAMES[i]);
		(void)remove(path);
	}
}

static int listen_there(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	path_of(address.sun_path, sizeof(address.sun_path), "/1/root/run/systemd/private");
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	return fd;
}

/* Larger than each answer's pieces. */
enum { WHOLE = 4096 };

static void say(int fd, struct played answer, size_t step)
{
	for (size_t at = 0; at < answer.size; at += step) {
		size_t left = answer.size - at;

		int unread = 1;

		(void)!write(fd, answer.bytes + at, left < step ? left : step);
		/* Each piece is read by itself. */
		while (step < WHOLE && unread && ioctl(fd, SIOCOUTQ, &unread) == 0)
			(void)sched_yield();
	}
}

/* Answers a connection: the greeting first, and all else when a call has come. Then it waits until
 * the other side goes, or goes by itself. */
static void serve(const struct played *answers, size_t count, size_t step, bool is_going)
{
	int fd = listen_there();

	server = fork();
	ck_assert_int_ge(server, 0);
	if (server)
		return;
	fd = accept(fd, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		char call[2048];

		if (i < 2 && read(fd, call, sizeof(call)) <= 0)
			_exit(1);
		say(fd, answers[i], step);
	}
	while (!is_going && read(fd, &(char){0}, 1) > 0)
		;
	_exit(0);
}
#define SERVE(step, is_going, ...)                  \
	serve((const struct played[]){__VA_ARGS__}, \
		ARRAY_SIZE(((const struct played[]){__VA_ARGS__})), (step), (is_going))

static void read_jobs(uint64_t patience_us)
{
	systemd_jobs_read(&proc, clock_now_us() + patience_us, &stall);
}

static void check_three_jobs(void)
{
	ck_assert_int_eq(stall.jobs_read, OUTCOME_OK);
	ck_assert_uint_eq(stall.job_count, 3);
	ck_assert_uint_eq(fact_count(stall.jobs), 3);
	ck_assert_str_eq(stall.jobs.item[0].unit, "bp-a.service");
	ck_assert_str_eq(stall.jobs.item[0].state, "running");
	ck_assert_str_eq(stall.jobs.item[2].state, "waiting");
}

START_TEST(jobs_come_at_once_or_byte_by_byte)
{
	static const size_t STEPS[] = {4096, 1, 7, 100};

	for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
		set_up();
		SERVE(STEPS[i], false, PLAYED(OK_LINE), PLAYED(JOBS_257));
		read_jobs(PATIENCE_US);
		check_three_jobs();
		tear_down();
	}
}
END_TEST

/* Where this process is and what its root holds, is its own affair. */
START_TEST(the_working_folder_stays)
{
	char before[256], after[256];

	set_up();
	ck_assert_ptr_nonnull(getcwd(before, sizeof(before)));
	SERVE(4096, false, PLAYED(OK_LINE), PLAYED(JOBS_252));
	read_jobs(PATIENCE_US);
	check_three_jobs();
	ck_assert_ptr_nonnull(getcwd(after, sizeof(after)));
	ck_assert_str_eq(before, after);
	tear_down();
}
END_TEST

START_TEST(signals_in_between_are_passed_over)
{
	static char large[20000];

	set_up();
	/* One with a body that is larger than any buffer. */
	memcpy(large, SIGNAL, sizeof(SIGNAL) - 1);
	memcpy(large + 4, (const uint8_t[]){0xc0, 0x4d, 0, 0}, 4);
	SERVE(4096, false, PLAYED(OK_LINE), PLAYED(SIGNAL),
		((struct played){large, sizeof(SIGNAL) - 1 - 4 + 0x4dc0}), PLAYED(JOBS_252));
	read_jobs(PATIENCE_US);
	check_three_jobs();
	tear_down();
}
END_TEST

static void check_failure(outcome_t outcome)
{
	ck_assert_int_eq(stall.jobs_read, outcome);
	tear_down();
}

START_TEST(nobody_is_there)
{
	set_up();
	read_jobs(PATIENCE_US);
	check_failure(-ENOENT);

	/* A socket that was left behind. */
	set_up();
	(void)close(listen_there());
	read_jobs(PATIENCE_US);
	check_failure(-ECONNREFUSED);
}
END_TEST

START_TEST(a_pid_1_that_does_not_answer)
{
	set_up();
	(void)listen_there();
	read_jobs(50 * US_PER_MS);
	check_failure(-ETIMEDOUT);

	set_up();
	SERVE(4096, false, PLAYED(OK_LINE));
	read_jobs(50 * US_PER_MS);
	check_failure(-ETIMEDOUT);

	set_up();
	SERVE(4096, true, PLAYED(OK_LINE), ((struct played){JOBS_252, 100}));
	read_jobs(PATIENCE_US);
	check_failure(-EPROTO);
}
END_TEST

/* The entries that came whole are told all the same. */
START_TEST(half_an_answer)
{
	set_up();
	SERVE(4096, false, PLAYED(OK_LINE), ((struct played){JOBS_252, sizeof(JOBS_252) - 3}));
	read_jobs(300 * US_PER_MS);
	ck_assert_uint_eq(stall.job_count, 2);
	ck_assert_uint_eq(fact_count(stall.jobs), 2);
	check_failure(-ETIMEDOUT);
}
END_TEST

START_TEST(answers_that_are_none)
{
	static char error[] = ERROR;
	static char endless[40000];
	static const struct {
		struct played greeting, answer;
		outcome_t outcome;
	} CASES[] = {
		{PLAYED("REJECTED EXTERNAL\r\n"), {0}, -EPROTO},
		{PLAYED(OK_LINE "more"), {0}, -EPROTO},
		{{endless, sizeof(endless)}, {0}, -EPROTO},
		{PLAYED(OK_LINE), PLAYED("GET / HTTP/1.1\r\n\r\n"), -EPROTO},
		{PLAYED(OK_LINE), {error, sizeof(error) - 1}, -EREMOTEIO},
		{PLAYED(OK_LINE), PLAYED(TIME_257), -EPROTO},
		{PLAYED(OK_LINE), PLAYED(UNITS_252), -EPROTO},
		/* Header fields, and an entry, that are longer than there is room for. */
		{PLAYED(OK_LINE), {endless, sizeof(endless)}, -EPROTO},
	};

	memcpy(endless, "l\2\1\1\0\0\0\0\1\0\0\0\xf0\xff\0\0", 16);
	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		set_up();
		serve(&CASES[i].greeting, CASES[i].answer.size ? 2 : 1, 4096, false);
		read_jobs(PATIENCE_US);
		ck_assert_msg(
			stall.jobs_read == CASES[i].outcome, "case %zu: %d", i, stall.jobs_read);
		tear_down();
	}
}
END_TEST

/* A list that ends within an entry, one whose length is another than the body's, and an entry that
 * does not fit into the buffer. */
START_TEST(lists_that_lie)
{
	static char spoilt[sizeof(JOBS_252) - 1], long_entry[20000];

	set_up();
	memcpy(spoilt, JOBS_252, sizeof(spoilt));
	spoilt[80]++;
	SERVE(4096, false, PLAYED(OK_LINE), ((struct played){spoilt, sizeof(spoilt)}));
	read_jobs(PATIENCE_US);
	ck_assert_uint_eq(stall.job_count, 0);
	check_failure(-EPROTO);

	set_up();
	memcpy(spoilt, JOBS_252, sizeof(spoilt));
	spoilt[4] -= 8;
	spoilt[80] -= 8;
	SERVE(4096, false, PLAYED(OK_LINE), ((struct played){spoilt, sizeof(spoilt)}));
	read_jobs(PATIENCE_US);
	ck_assert_uint_eq(stall.job_count, 2);
	check_failure(-EPROTO);

	set_up();
	memset(long_entry, 'a', sizeof(long_entry));
	memcpy(long_entry, JOBS_252, 96);
	memcpy(long_entry + 4, (const uint8_t[]){0, 0x40}, 2);
	memcpy(long_entry + 80, (const uint8_t[]){0xf8, 0x3f}, 2);
	memcpy(long_entry + 92, (const uint8_t[]){0, 0x3f}, 2);
	SERVE(4096, false, PLAYED(OK_LINE), ((struct played){long_entry, sizeof(long_entry)}));
	read_jobs(PATIENCE_US);
	check_failure(-EPROTO);
}
END_TEST

/* More jobs than are kept: the running one, which comes last, stands first. */
START_TEST(running_jobs_first)
{
	enum { WAITING_BYTES = 128, RUNNING_BYTES = 136, JOBS = 40, HEADER_BYTES = 88 };
	static char many[HEADER_BYTES + JOBS * WAITING_BYTES + RUNNING_BYTES];
	uint32_t length = JOBS * WAITING_BYTES + RUNNING_BYTES;

	set_up();
	/* bp-a, which runs, is the first that was captured, and bp.target, which waits, the second.
	 */
	memcpy(many, JOBS_252, HEADER_BYTES);
	for (size_t i = 0; i < JOBS; i++)
		memcpy(many + HEADER_BYTES + WAITING_BYTES * i,
			JOBS_252 + HEADER_BYTES + RUNNING_BYTES, WAITING_BYTES);
	memcpy(many + sizeof(many) - RUNNING_BYTES, JOBS_252 + HEADER_BYTES, RUNNING_BYTES);
	memcpy(many + 80, &length, sizeof(length));
	length += 8;
	memcpy(many + 4, &length, sizeof(length));
	SERVE(1000, false, PLAYED(OK_LINE), ((struct played){many, sizeof(many)}));
	read_jobs(PATIENCE_US);
	ck_assert_int_eq(stall.jobs_read, OUTCOME_OK);
	ck_assert_uint_eq(stall.job_count, JOBS + 1);
	ck_assert_uint_eq(fact_count(stall.jobs), JOBS_MAX);
	ck_assert_str_eq(stall.jobs.item[0].unit, "bp-a.service");
	ck_assert_str_eq(stall.jobs.item[JOBS_MAX - 1].unit, "bp.target");
	tear_down();
}
END_TEST

START_TEST(the_state_of_the_boot)
{
	struct systemd_boot boot = {0};

	set_up();
	SERVE(4096, false, PLAYED(OK_LINE), PLAYED(TIME_257), PLAYED(TIME_257), PLAYED(TIME_257));
	ck_assert_int_eq(systemd_boot_read(&proc, clock_now_us() + PATIENCE_US, &boot), 0);
	ck_assert_uint_gt(boot.finished_us, 0);
	ck_assert_uint_eq(boot.finished_us, boot.began_us);
	tear_down();

	set_up();
	ck_assert_int_eq(systemd_boot_read(&proc, clock_now_us() + PATIENCE_US, &boot), -ENOENT);
	tear_down();
}
END_TEST

/* Of three units the first took 5 s, the second has not changed, and the third is gone meanwhile.
 */
START_TEST(slow_units)
{
	static char active[sizeof(TIME_257) - 1], never[sizeof(active)], gone[] = ERROR;
	const struct played time = PLAYED(TIME_257), later = {active, sizeof(active)},
			    zero = {never, sizeof(never)}, error = PLAYED(gone);
	struct boot_end_fact end = {0};
	uint64_t began_us, active_us;

	memcpy(active, TIME_257, sizeof(active));
	memcpy(never, TIME_257, sizeof(never));
	memset(never + sizeof(never) - 8, 0, 8);
	memcpy(&began_us, active + sizeof(active) - 8, 8);
	active_us = began_us + 5 * US_PER_S;
	memcpy(active + sizeof(active) - 8, &active_us, 8);
	set_up();
	SERVE(7, false, PLAYED(OK_LINE), PLAYED(UNITS_252), time, later, zero, zero, zero, zero,
		error, later, error);
	ck_assert_int_eq(
		systemd_boot_slowest(&proc, clock_now_us() + PATIENCE_US, 0, UINT64_MAX, &end), 0);
	ck_assert_uint_eq(fact_count(end.slow), 1);
	ck_assert_str_eq(end.slow.item[0].name, "dracut-pre-udev.service");
	ck_assert_uint_eq(end.slow.item[0].started_us, began_us);
	ck_assert_uint_eq(end.slow.item[0].duration_us, 5 * US_PER_S);
	tear_down();
}
END_TEST

UNIT_MAIN("systemd_link", jobs_come_at_once_or_byte_by_byte, the_working_folder_stays,
	signals_in_between_are_passed_over, nobody_is_there, a_pid_1_that_does_not_answer,
	half_an_answer, answers_that_are_none, lists_that_lie, running_jobs_first,
	the_state_of_the_boot, slow_units)

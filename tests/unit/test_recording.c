/* SPDX-License-Identifier: MIT */
/*
 * The collector's side of the recorder, with a recorder of the test's own.
 */
#include "hook/collector_part.h"
#include "recorder/recorder.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct collector collector;
static struct config config = {.is_recording = true, .record_us = 600 * US_PER_S};
static void (*behaviour)(struct recorder *recorder);

void recorder_run(struct recorder *recorder)
{
	behaviour(recorder);
}

/* What the collector would do besides is not asked for. */
void output_recording(struct collector *unused)
{
	(void)unused;
}

void output_end(struct collector *unused)
{
	(void)unused;
}

void output_summary(struct collector *unused)
{
	(void)unused;
}

void observing_stop(struct collector *unused)
{
	(void)unused;
}

static void begin(void (*run)(struct recorder *recorder))
{
	behaviour = run;
	collector.config = &config;
	collector.facts = mmap(NULL, sizeof(struct facts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(collector.facts, MAP_FAILED);
	collector.children.keep_out[0] = -1;
	ck_assert_int_eq(sysroot_open(NULL, &collector.sources.root), 0);
	recording_start(&collector);
	ck_assert(recording_is_on(&collector));
}

/* As the collector waits, until there is no recorder any more. */
static void wait_for_end(void)
{
	while (recording_is_on(&collector)) {
		struct pollfd word = {.fd = collector.recorder_fd, .events = POLLIN};

		(void)poll(&word, 1, 20);
		recording_handle(&collector);
	}
}

static uint32_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	uint32_t count = 0;

	while (directory && readdir(directory))
		count++;
	/* ".", "..", and the one of the folder. */
	return directory ? count - 3 : UINT32_MAX;
}

static void tell_descriptors(struct recorder *recorder)
{
	recorder->facts->recorder.ended_us = count_descriptors();
}

START_TEST(it_holds_nothing_but_proc_and_its_socket)
{
	static const char *const FILES[] = {"/dev/null", "/etc/passwd", "/tmp"};

	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
		ck_assert_int_ge(open(FILES[i], O_RDONLY), 0);
	begin(tell_descriptors);
	wait_for_end();
	ck_assert_uint_eq(collector.facts->recorder.ended_us, STDERR_FILENO + 1 + 2);
	ck_assert_int_eq(collector.children.keep_out[0], -1);
}
END_TEST

static void stop_for_ever(struct recorder *recorder)
{
	recorder->facts->recorder.seize = OUTCOME_OK;
	for (;;)
		(void)raise(SIGSTOP);
}

START_TEST(one_that_is_stopped_is_ended)
{
	begin(stop_for_ever);
	wait_for_end();
	ck_assert_int_eq(collector.facts->recorder.state, RECORDER_LOST);
	ck_assert(collector.is_encoding_wanted);
	ck_assert(fact_is_known(&collector.facts->recorder.once));
	ck_assert(recording_next_look(&collector) == UINT64_MAX);
}
END_TEST

/* As systemd does to all processes before it changes the root. */
static void stop_once(struct recorder *recorder)
{
	(void)raise(SIGSTOP);
	recorder->facts->recorder.state = RECORDER_TIME_OVER;
	(void)!write(recorder->collector_fd, "", 1);
}

START_TEST(one_that_goes_on_is_let_alone)
{
	siginfo_t info;

	begin(stop_once);
	ck_assert_int_eq(waitid(P_PID, (id_t)collector.recorder_pid, &info, WSTOPPED | WNOWAIT), 0);
	recording_handle(&collector);
	ck_assert(recording_next_look(&collector) != UINT64_MAX);
	ck_assert_int_eq(kill(collector.recorder_pid, SIGCONT), 0);
	wait_for_end();
	ck_assert_int_eq(collector.facts->recorder.state, RECORDER_TIME_OVER);
	ck_assert(collector.is_up);
}
END_TEST

static void wait_for_collector(struct recorder *recorder)
{
	struct pollfd word = {.fd = recorder->collector_fd, .events = POLLIN};
	char byte;

	(void)poll(&word, 1, -1);
	if (read(recorder->collector_fd, &byte, 1) == 0)
		recorder->facts->recorder.ended_us = 1;
}

static int hang_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	(void)sources;
	(void)facts;
	(void)subject;
	(void)sleep(60);
	return 0;
}

START_TEST(a_child_that_hangs_does_not_hide_the_end_of_the_collector)
{
	static const struct probe HANG = {
		"hang", PHASE_START, 600 * US_PER_S, hang_run, CONFINE_NONE};

	begin(wait_for_collector);
	ck_assert_int_eq(children_start(&collector.children, &HANG, PHASE_START, &collector.sources,
				 collector.facts, 0, NULL),
		0);
	(void)close(collector.recorder_fd);
	ck_assert_int_eq(waitpid(collector.recorder_pid, NULL, 0), collector.recorder_pid);
	ck_assert_uint_eq(collector.facts->recorder.ended_us, 1);
	ck_assert_uint_eq(children_reap(&collector.children), 0);
	children_give_up(&collector.children, &collector.sources, PHASE_START);
}
END_TEST

UNIT_MAIN("recording", it_holds_nothing_but_proc_and_its_socket, one_that_is_stopped_is_ended,
	one_that_goes_on_is_let_alone, a_child_that_hangs_does_not_hide_the_end_of_the_collector)

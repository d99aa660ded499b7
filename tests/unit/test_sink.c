/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/text.h"
#include "report/encode_hook.h"
#include "sink/sink.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct sinks sinks;
static struct report report;
static struct record record;

static uint64_t fixed_clock(void)
{
	return 1000000;
}

static void start(void)
{
	memset(&sinks, 0, sizeof(sinks));
	report_init(&report, "0123456789abcdef", sinks_emit, &sinks, fixed_clock);
	report.has_room = sinks_have_room;
}

static void start_with_file(void)
{
	start();
	sinks_add_file(&sinks, open("/dev/null", O_WRONLY));
}

static uint32_t say(const char *type, uint64_t number)
{
	char text[600];

	memset(text, 'x', sizeof(text));
	record_begin(&record, &report, type);
	record_u64(&record, "number", number);
	record_chars(&record, "text", text, sizeof(text));
	return record_end(&record);
}

static bool log_has(const char *text)
{
	return memmem(sinks.log.data, sinks.log.length, text, strlen(text)) != NULL;
}

/* Returns how many found room. */
static uint32_t fill(const char *type)
{
	uint32_t count = 0;

	while (say(type, count))
		count++;
	return count;
}

START_TEST(what_there_is_much_of_leaves_room_for_the_rest)
{
	static const char *const REST[] = {"platform", "block", "root", "finding"};
	static const char *const MUCH[] = {"partition", "filesystem", "kernel.event"};
	uint32_t next;

	start_with_file();
	ck_assert_uint_gt(fill("partition"), 10000);
	next = report.next_sequence;
	for (size_t i = 0; i < ARRAY_SIZE(MUCH); i++)
		ck_assert_uint_eq(say(MUCH[i], UINT32_MAX), 0);
	/* No gap in the sequence, which a reader would take for a loss. */
	ck_assert_uint_eq(report.next_sequence, next);
	for (size_t i = 0; i < ARRAY_SIZE(REST); i++)
		ck_assert_uint_ne(say(REST[i], i), 0);
}

/* Of kmsg, which a pipe stands in for: it takes a line at a time. */
static ssize_t take_line(struct sink *sink, const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\n', length);

	return write(sink->fd, bytes, (size_t)(end - bytes) + 1);
}

static void say_quietly(uint64_t number)
{
	record_begin(&record, &report, "heartbeat");
	record_is_quiet(&record);
	record_u64(&record, "number", number);
	(void)record_end(&record);
}

START_TEST(quiet_lines_are_for_who_takes_everything)
{
	static const struct sink_operations SPARED = {.is_spared = true, .write = take_line};
	struct sink_fact accounts[SINKS_MAX];
	char got[4096] = "";
	int pipe_fds[2];

	start_with_file();
	ck_assert_int_eq(pipe(pipe_fds), 0);
	sinks_add_file(&sinks, pipe_fds[1]);
	sinks.item[1].operations = &SPARED;
	say_quietly(1);
	(void)say("stall", 2);
	say_quietly(3);
	say_quietly(4);
	ck_assert_uint_eq(sinks_account(&sinks, accounts), 2);
	ck_assert_uint_eq(accounts[0].delivered, 4);
	ck_assert_uint_eq(accounts[1].delivered, 1);
	ck_assert_uint_eq(accounts[1].waiting, 0);
	ck_assert_int_gt(read(pipe_fds[0], got, sizeof(got) - 1), 0);
	ck_assert_ptr_nonnull(strstr(got, "\"seq\":2,"));
	ck_assert_ptr_null(strstr(got, "heartbeat"));
}

START_TEST(a_disk_beyond_many_gives_way)
{
	start_with_file();
	(void)fill("partition");
	record_begin(&record, &report, "block");
	record_is_bulk(&record);
	ck_assert_uint_eq(record_end(&record), 0);
}

START_TEST(a_full_log_has_its_end)
{
	struct sink_fact accounts[SINKS_MAX];

	start_with_file();
	(void)fill("partition");
	ck_assert_uint_gt(fill("device"), 0);
	for (int i = 0; i < 96; i++)
		ck_assert_uint_ne(say("finding", (uint64_t)i), 0);
	ck_assert_uint_ne(say("root", 0), 0);
	report_tell_omitted(&report, &record);
	encode_sinks(&record, &report, accounts, sinks_account(&sinks, accounts));
	encode_end(&record, &report, "finish", NULL, NULL);
	ck_assert(log_has("\"type\":\"omitted\",\"records\":[{\"type\":\"partition\",\"count\":1},"
			  "{\"type\":\"device\",\"count\":1}]"));
	ck_assert(log_has("\"type\":\"sink\""));
	ck_assert(log_has("\"type\":\"end\""));
	ck_assert_uint_eq(accounts[0].dropped, 0);
	ck_assert_uint_eq(sinks_account(&sinks, accounts), 1);
	ck_assert_uint_eq(accounts[0].delivered, report.next_sequence - 1);
}

START_TEST(what_is_left_out_is_said_of_the_last_pass)
{
	start_with_file();
	(void)fill("partition");
	report_omit_nothing(&report);
	report_tell_omitted(&report, &record);
	ck_assert(!log_has("\"type\":\"omitted\""));
	ck_assert_uint_eq(say("partition", UINT32_MAX), 0);
	ck_assert_uint_eq(say("partition", UINT32_MAX - 1), 0);
	report_tell_omitted(&report, &record);
	ck_assert(log_has("\"records\":[{\"type\":\"partition\",\"count\":2}]"));
}

START_TEST(what_was_given_up_is_counted)
{
	struct sink_fact accounts[SINKS_MAX];
	int pipe_fds[2];

	start();
	ck_assert_int_eq(pipe2(pipe_fds, O_NONBLOCK), 0);
	sinks_add_file(&sinks, pipe_fds[1]);
	ck_assert_uint_ne(say("root", 0), 0);
	while (!sinks_are_waiting(&sinks))
		(void)say("device", report.next_sequence);
	for (int i = 0; i < 3; i++)
		(void)say("device", report.next_sequence);
	(void)sinks_account(&sinks, accounts);
	ck_assert_uint_ge(accounts[0].waiting, 3);
	ck_assert_uint_eq(accounts[0].dropped, 0);
	ck_assert_uint_eq(accounts[0].delivered + accounts[0].waiting, report.next_sequence - 1);
	sinks_give_up(&sinks);
	(void)sinks_account(&sinks, accounts);
	ck_assert_uint_ge(accounts[0].dropped, 3);
	ck_assert_uint_eq(accounts[0].waiting, 0);
	ck_assert_uint_eq(accounts[0].delivered + accounts[0].dropped, report.next_sequence - 1);
	ck_assert(!sinks_are_waiting(&sinks));
}

START_TEST(the_end_takes_one_line)
{
	static struct findings findings;
	static uint32_t sequences[FINDINGS_MAX];
	const char *last;

	findings.count = FINDINGS_MAX;
	findings.dropped = 100;
	findings.undecided_count = RULES_MAX;
	for (uint32_t i = 0; i < FINDINGS_MAX; i++)
		sequences[i] = 100000 + i;
	for (uint32_t i = 0; i < RULES_MAX; i++)
		findings.undecided[i] = "gpt.backup-misplaced";
	start_with_file();
	report.next_sequence = 100200;
	encode_end(&record, &report, "terminated", &findings, sequences);
	ck_assert_uint_eq(sinks.log.lines, 1);
	last = memmem(sinks.log.data, sinks.log.length, "\"cut\"", 5);
	ck_assert_ptr_null(last);
	ck_assert(log_has("\"undecided_count\":64"));
}

/* ---------------------------------------------------------------------------------- consoles */

static struct sources machine;
static char text[1 << 18];
static uint32_t refused_writes;
static bool is_write_refused;

ssize_t __wrap_write(int fd, const void *bytes, size_t length);
ssize_t __real_write(int fd, const void *bytes, size_t length);

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
	if (!is_write_refused)
		return __real_write(fd, bytes, length);
	refused_writes++;
	errno = EAGAIN;
	return -1;
}

/* A console that nobody reads yet. Returns the other end; what stands behind a hang ends there. */
static int open_console(char *name, size_t size)
{
	struct termios raw;
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	(void)alarm(60);
	ck_assert_int_eq(sysroot_open(NULL, &machine.root), 0);
	memset(text, 'x', sizeof(text));
	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
	ck_assert(text_copy(name, size, ptsname(master) + strlen("/dev/")));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ck_assert_int_eq(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	ck_assert_int_eq(tcsetattr(slave, TCSANOW, &raw), 0);
	return master;
}

START_TEST(a_console_that_takes_a_part_is_short)
{
	char name[32];
	size_t written = 0;
	int master = open_console(name, sizeof(name));

	ck_assert_int_eq(
		console_write(&machine, name, text, sizeof(text), clock_now_us() + 50000, &written),
		-ETIME);
	ck_assert_uint_gt(written, 0);
	ck_assert_uint_lt(written, sizeof(text));
	(void)close(master);
}

START_TEST(a_console_that_is_stopped_is_short)
{
	char name[32];
	size_t written = 1;
	int master = open_console(name, sizeof(name));
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);

	ck_assert_int_eq(tcflow(slave, TCOOFF), 0);
	ck_assert_int_eq(
		console_write(&machine, name, text, 10, clock_now_us() + 50000, &written), -ETIME);
	ck_assert_uint_eq(written, 0);
}

START_TEST(a_console_that_takes_all_is_done)
{
	char name[32], chunk[4096];
	size_t written = 0, taken = 0;
	int master = open_console(name, sizeof(name));
	pid_t reader = fork();

	if (reader == 0) {
		while (taken < sizeof(text)) {
			ssize_t n = read(master, chunk, sizeof(chunk));
			if (n <= 0)
				_exit(1);
			taken += (size_t)n;
		}
		_exit(0);
	}
	ck_assert_int_eq(console_write(&machine, name, text, sizeof(text),
				 clock_now_us() + 50 * US_PER_S, &written),
		0);
	ck_assert_uint_eq(written, sizeof(text));
	ck_assert_int_eq(waitpid(reader, NULL, 0), reader);
}

START_TEST(a_console_with_room_that_takes_nothing_is_no_busy_loop)
{
	char name[32];
	size_t written;
	int master = open_console(name, sizeof(name)), r;

	is_write_refused = true;
	r = console_write(&machine, name, text, 10, clock_now_us() + 100000, &written);
	is_write_refused = false;
	ck_assert_int_eq(r, -ETIME);
	/* One each 10 ms at most, and two to begin with. */
	ck_assert_uint_le(refused_writes, 13);
	(void)close(master);
}

/* ------------------------------------------------------------------------------- virtio port */

START_TEST(a_port_without_a_reader_gets_nothing)
{
	/* A terminal whose other end is closed polls as such a port does. */
	char name[32];
	int master = open_console(name, sizeof(name));
	struct sink sink = {.fd = open(ptsname(master), O_RDWR | O_NOCTTY)};

	ck_assert_int_eq(SINK_VIRTIO_OPERATIONS.write(&sink, "x\n", 2), 2);
	ck_assert_int_eq(sink.account.is_read, ANSWER_YES);
	(void)close(master);
	ck_assert_int_eq(SINK_VIRTIO_OPERATIONS.write(&sink, "x\n", 2), -EAGAIN);
	ck_assert_int_eq(sink.account.is_read, ANSWER_NO);
}

UNIT_MAIN("sink", a_console_that_takes_a_part_is_short, a_console_that_is_stopped_is_short,
	a_console_that_takes_all_is_done, a_console_with_room_that_takes_nothing_is_no_busy_loop,
	a_port_without_a_reader_gets_nothing, what_there_is_much_of_leaves_room_for_the_rest,
	quiet_lines_are_for_who_takes_everything, a_disk_beyond_many_gives_way,
	a_full_log_has_its_end, what_is_left_out_is_said_of_the_last_pass,
	what_was_given_up_is_counted, the_end_takes_one_line)

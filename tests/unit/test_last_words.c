/* SPDX-License-Identifier: MIT */
#include "recorder/last_words.h"

#include "base/clock.h"
#include "parse/trace_line.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A folder stands in for /proc, and for the tracing instance. */
static char folder[] = "/tmp/last-words-XXXXXX";
static struct pid1_exit_fact said;

static void put_bytes(const char *name, const char *bytes, size_t length)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	(void)fclose(file);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

static void put_link(const char *name, const char *target)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)unlink(path);
	ck_assert_int_eq(symlink(target, path), 0);
}

static void put_folder(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)mkdir(path, 0700);
}

/* Each test has a process of its own, and so a folder. */
static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	memset(&said, 0, sizeof(said));
	put_folder("1");
	put_folder("1/fd");
}

static void gather(void)
{
	struct trace_source trace = TRACE_SOURCE_CLOSED;
	struct sysroot proc;
	char command[64];

	ck_assert_int_eq(sysroot_open(folder, &proc), 0);
	trace.instance.instance_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	last_words_gather(&proc, &trace, &said, clock_now_us() + 60 * US_PER_S);
	sysroot_close(&proc);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const struct failed_call_fact *call(uint32_t at)
{
	ck_assert_uint_gt(fact_count(said.calls), at);
	return &said.calls.item[at];
}

/* "NR n = error" of that process, at so many seconds. */
static size_t add_exit(char *text, const char *task, long number, int error, unsigned at)
{
	return (size_t)sprintf(text, "%16s [000] ..... %5u.000000: sys_exit: NR %ld = -%d\n", task,
		at, number, error);
}

START_TEST(who_it_was)
{
	begin();
	put("1/comm", "init\n");
	put_bytes("1/cmdline", "/bin/sh\0-c\0echo\0--key\0hunter2hunter2", 37);
	put("meminfo", "MemTotal: 1000 kB\nMemAvailable:    1234 kB\nMemFree: 1 kB\n");
	put_link("1/exe", "/bin/busybox");
	put_link("1/fd/0", "/dev/null");
	put_link("1/fd/2", "pipe:[4711]");
	gather();
	ck_assert_str_eq(said.comm, "init");
	ck_assert_str_eq(said.arguments, "/bin/sh -c *** --key ***");
	ck_assert_str_eq(said.executable, "/bin/busybox");
	ck_assert_uint_eq(said.available_bytes, 1234 * 1024);
	ck_assert_uint_eq(fact_count(said.descriptors), 3);
	ck_assert_str_eq(said.descriptors.item[0].target, "/dev/null");
	ck_assert_int_eq(said.descriptors.item[1].link, -ENOENT);
	ck_assert_str_eq(said.descriptors.item[2].target, "pipe:[4711]");
	ck_assert_uint_eq(fact_count(said.calls), 0);
}
END_TEST

START_TEST(nothing_can_be_read)
{
	begin();
	gather();
	ck_assert_str_eq(said.comm, "");
	ck_assert_str_eq(said.arguments, "");
	ck_assert_uint_eq(said.available_bytes, 0);
	ck_assert_uint_eq(fact_count(said.calls), 0);
}
END_TEST

START_TEST(what_failed)
{
	char text[2048];
	size_t length = 0;

	begin();
	length += (size_t)sprintf(text, "# tracer: nop\n"
					"growroot-200 [000] ...3. 1.000000: bootprobe_write: fd=2 "
					"writer=200\n");
	length += add_exit(text + length, "growroot-200", SYS_write, EIO, 1);
	/* Of this one the descriptor is not known. */
	length += add_exit(text + length, "growroot-200", SYS_write, EIO, 2);
	length += (size_t)sprintf(text + length,
		"init-1 [000] ...2. 3.000000: bootprobe_path: name=/root/dev/console\n");
	length += add_exit(text + length, "init-1", SYS_openat, ENOENT, 3);
	/* One that takes no path. */
	length += add_exit(text + length, "init-1", SYS_dup3, EBADF, 4);
	length += add_exit(text + length, "init-1", 9999, ENOSYS, 5);
	put("trace", text);
	gather();
	ck_assert_uint_eq(fact_count(said.calls), 5);
	ck_assert_str_eq(call(0)->comm, "growroot");
	ck_assert_str_eq(call(0)->name, "write");
	ck_assert_int_eq(call(0)->descriptor, 2);
	ck_assert_int_eq(call(0)->error, -EIO);
	ck_assert_int_eq(call(1)->descriptor, -1);
	ck_assert_str_eq(call(2)->path, "/root/dev/console");
	ck_assert_uint_eq(call(2)->at_us, 3000000);
	ck_assert_str_eq(call(3)->path, "");
	ck_assert_str_eq(call(4)->name, "");
	ck_assert_uint_eq(call(4)->number, 9999);
}
END_TEST

START_TEST(what_fails_again_counts_once)
{
	char text[1024];
	size_t length = 0;

	begin();
	for (unsigned at = 1; at <= 3; at++) {
		length += add_exit(text + length, "a-7", SYS_write, EIO, at);
		length += add_exit(text + length, "init-1", SYS_dup3, EBADF, at + 10);
	}
	put("trace", text);
	gather();
	ck_assert_uint_eq(fact_count(said.calls), 2);
	/* Of others the first, of PID 1 the last. */
	ck_assert_uint_eq(call(0)->at_us, 1000000);
	ck_assert_uint_eq(call(1)->at_us, 13000000);
}
END_TEST

START_TEST(the_oldest_gives_way)
{
	enum {
		CALLS = sizeof(said.calls.item) / sizeof(said.calls.item[0]),
		FAILURES = CALLS + 10
	};
	char text[8192];
	size_t length = 0;

	begin();
	for (int error = 1; error <= FAILURES; error++)
		length += add_exit(text + length, "init-1", SYS_dup3, error, (unsigned)error);
	put("trace", text);
	gather();
	ck_assert_uint_eq(fact_count(said.calls), CALLS);
	ck_assert_int_eq(call(0)->error, -(FAILURES - CALLS + 1));
	ck_assert_int_eq(call(CALLS - 1)->error, -FAILURES);
}
END_TEST

/* A script looks for its programs in many places. */
START_TEST(neither_pushes_out_the_other)
{
	char text[16384];
	size_t length = add_exit(text, "growroot-7", SYS_write, EIO, 1);
	uint32_t others = 0;

	begin();
	for (int error = 1; error <= 40; error++)
		length += add_exit(text + length, "init-1", SYS_dup3, error, (unsigned)error);
	put("trace", text);
	gather();
	ck_assert_str_eq(call(0)->comm, "growroot");

	(void)strcpy(folder + strlen(folder) - 6, "XXXXXX");
	begin();
	length = add_exit(text, "init-1", SYS_dup3, EBADF, 1);
	for (char name = 'A'; name <= 'z'; name++) {
		char task[] = "_-7";

		task[0] = name;
		length += add_exit(text + length, task, SYS_write, EIO, 2);
	}
	put("trace", text);
	gather();
	fact_foreach (one, said.calls)
		others += one->pid != 1;
	ck_assert_uint_eq(others, fact_count(said.calls) - 1);
	ck_assert_int_eq(call(0)->pid, 1);
}
END_TEST

START_TEST(secrets_stay)
{
	static const struct {
		const char *path, *shown;
	} PATHS[] = {
		{"/dev/console", "/dev/console"},
		{"/usr/lib/modules/6.1.0-56-cloud-amd64/modules.dep",
			"/usr/lib/modules/6.1.0-56-cloud-amd64/modules.dep"},
		{"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos/init",
			"/nix/store/0c2x1w5jwqqcyinxkn5ij1zdcbn4j0jv-nixos/init"},
		/* A word that is a secret of the command line, one by its shape, one by its name.
		 */
		{"/run/swordfish/x", "/run/***/x"},
		{"/run/Tr0ub4dorAndMore/x", "/run/***/x"},
		{"/run/token=abc/x", "/run/***"},
		{"http://me:pw@host/x", "http://***/x"},
		{"hunter2hunter2", "***"},
	};

	for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
		char text[512];
		size_t length = (size_t)sprintf(text,
			"init-1 [000] ...2. 3.000000: bootprobe_path: name=%s\n", PATHS[i].path);

		(void)strcpy(folder + strlen(folder) - 6, "XXXXXX");
		begin();
		add_exit(text + length, "init-1", SYS_openat, ENOENT, 3);
		put("trace", text);
		put("cmdline", "quiet vault.password=swordfish x\n");
		put_link("1/exe", PATHS[i].path);
		put_link("1/fd/1", PATHS[i].path);
		put("1/comm", "swordfish");
		put_bytes("1/cmdline", "init\0swordfish", 15);
		gather();
		ck_assert_str_eq(call(0)->path, PATHS[i].shown);
		ck_assert_str_eq(said.executable, PATHS[i].shown);
		ck_assert_str_eq(said.descriptors.item[1].target, PATHS[i].shown);
		ck_assert_str_eq(said.comm, "***");
		ck_assert_str_eq(said.arguments, "init ***");
	}
}
END_TEST

/* What is left of a secret that was cut may look like a word. */
START_TEST(the_end_of_a_path_that_was_cut_stays)
{
	char text[1024] = "init-1 [000] ...2. 3.000000: bootprobe_path: name=/";
	const char *name = strchr(text, '/');

	begin();
	while (strlen(name) < TRACE_PATH_SIZE - 6)
		strcat(text, "B");
	strcat(text, "/Tr0ub4dorAndMore\n");
	add_exit(text + strlen(text), "init-1", SYS_openat, ENAMETOOLONG, 3);
	put("trace", text);
	gather();
	ck_assert_str_eq(call(0)->path, "/***/***");
}
END_TEST

UNIT_MAIN("last_words", who_it_was, nothing_can_be_read, what_failed, what_fails_again_counts_once,
	the_oldest_gives_way, neither_pushes_out_the_other, secrets_stay,
	the_end_of_a_path_that_was_cut_stays)

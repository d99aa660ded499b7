/* SPDX-License-Identifier: MIT */
/*
 * Sends a signal to one of the hook's processes, at a moment that the kernel command line names.
 * Started as the first program (rdinit=/killer), it leaves a process behind that does it and
 * becomes /init. What it has done it says in the kernel log. The kernel hands these to it as
 * environment:
 *
 *   kill_who=recorder|collector|COMM   which process
 *   kill_after=MS                      so long after it was there
 *   kill_held=1                        and then when PID 1 stands still for its tracer
 *   kill_signal=NUMBER                 9; 0: only say when it was there
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { PIDS_MAX = 32768, STEP_US = 3000, HELD_STEP_US = 200, ATTEMPTS_MAX = 40000 };

static int proc_fd = -1, log_fd = -1;

static void wait_us(long us)
{
	struct timespec step = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	(void)nanosleep(&step, NULL);
}

static void say(const char *format, ...)
{
	char line[160];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	(void)!write(log_fd, line, (size_t)length);
}

static bool read_of(int pid, const char *name, char *buf, size_t size)
{
	char path[40];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	(void)close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static char state_of(int pid, int *ret_parent)
{
	char text[512], *name_end;
	char state = '?';

	if (read_of(pid, "stat", text, sizeof(text)) && (name_end = strrchr(text, ')')))
		(void)sscanf(name_end + 1, " %c %d", &state, ret_parent);
	return state;
}

/* The collector and what it has started are named alike. */
static bool is_ours(int pid)
{
	char words[64];

	return read_of(pid, "cmdline", words, sizeof(words)) &&
	       strncmp(words, "@bootprobe", strlen("@bootprobe")) == 0;
}

static bool is_it(int pid, const char *who)
{
	char comm[32];
	int parent = 0;

	if (!is_ours(pid))
		return false;
	if (strcmp(who, "collector") == 0)
		return state_of(pid, &parent) != '?' && !is_ours(parent);
	return read_of(pid, "comm", comm, sizeof(comm)) && strncmp(comm, who, strlen(who)) == 0 &&
	       comm[strlen(who)] == '\n';
}

static int find(const char *who)
{
	/* It begins after this process has. */
	for (int pid = getpid() + 1, unused = 0; pid < PIDS_MAX && unused < 300; pid++) {
		int parent;

		if (is_it(pid, who))
			return pid;
		unused = state_of(pid, &parent) == '?' ? unused + 1 : 0;
	}
	return -1;
}

static void wait_for_proc(void)
{
	char text[64];

	for (;; wait_us(STEP_US)) {
		proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (read_of(1, "stat", text, sizeof(text)))
			return;
		(void)close(proc_fd);
	}
}

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static void kill_one(const char *who)
{
	int signal = (int)number("kill_signal", SIGKILL), pid = -1, parent, attempts = 0;
	char of_pid1;

	wait_for_proc();
	while ((pid = find(who)) < 0 && attempts++ < ATTEMPTS_MAX)
		wait_us(STEP_US);
	say("killer: %s is there: %d\n", who, pid);
	wait_us(1000 * number("kill_after", 0));
	if (number("kill_held", 0)) {
		while (state_of(1, &parent) != 't' && is_it(pid, who))
			wait_us(HELD_STEP_US);
	}
	of_pid1 = state_of(1, &parent);
	if (!is_it(pid, who))
		say("killer: %s is gone\n", who);
	else if (signal && kill(pid, signal) == 0)
		say("killer: signal %d to %s, PID 1 was %c\n", signal, who, of_pid1);
}

int main(int argc, char **argv)
{
	const char *who = getenv("kill_who");

	(void)argc;
	if (who && fork() == 0) {
		static const char LOG[] = "/killer-log";

		/* As with the hook itself, nobody ends it on purpose. */
		argv[0][0] = '@';
		for (int fd = 0; fd < 3; fd++)
			(void)close(fd);
		(void)setsid();
		(void)mknod(LOG, S_IFCHR | 0600, makedev(1, 11));
		log_fd = open(LOG, O_WRONLY | O_CLOEXEC);
		(void)unlink(LOG);
		kill_one(who);
		_exit(0);
	}
	argv[0] = "/init";
	(void)execv(argv[0], argv);
	return 1;
}

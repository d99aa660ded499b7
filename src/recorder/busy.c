/* SPDX-License-Identifier: MIT */
#include "recorder/busy.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "recorder/careful.h"
#include "recorder/shown_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a list and a look at each process may take. */
#define LIST_MAX_US (300 * US_PER_MS)
#define LOOK_MAX_US (1 * US_PER_S)
enum { DESCRIPTORS_MAX = 4096, KTHREADD = 2, PATH_SIZE = 32 };

struct busy *busy_new(void)
{
	void *memory = mmap(NULL, sizeof(struct busy), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* ---------------------------------------------------------------------------------------- list */

static uint64_t ticks_to_us(uint64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);

	return ticks * (US_PER_S / (per_second > 0 ? (uint64_t)per_second : 100));
}

/* Lists come in the order of pids, so it stands where it is looked for nearly always. */
static struct process *find(struct busy *busy, uint32_t at, const struct proc_stat_line *line)
{
	for (uint32_t i = 0; i < busy->count; i++) {
		struct process *process = &busy->item[(at + i) % busy->count];

		if (process->pid == line->pid)
			return process->start_ticks == line->start_ticks ? process : NULL;
	}
	return NULL;
}

static void update(struct busy *busy, struct process *fresh, uint32_t at,
	const struct proc_stat_line *line, uint64_t now_us)
{
	const struct process *known = busy->count ? find(busy, at, line) : NULL;

	*fresh = known ? *known : (struct process){.pid = line->pid};
	fresh->parent = line->parent;
	fresh->state = line->state;
	fresh->start_ticks = line->start_ticks;
	fresh->is_kernel = line->pid == KTHREADD || line->parent == KTHREADD;
	fresh->work.cpu_us = ticks_to_us(line->cpu_ticks);
	(void)text_copy(fresh->comm, sizeof(fresh->comm), line->comm);
	if (line->state != 'D')
		fresh->waiting_since = 0;
	else if (!fresh->waiting_since)
		fresh->waiting_since = now_us;
}

static bool read_line(const struct sysroot *proc, const char *pid, struct proc_stat_line *line)
{
	char text[512];

	/* What is cut stands far behind what is asked for. */
	int r = sysroot_attribute(proc, text, sizeof(text), pid, "/stat", NULL);

	return (r >= 0 || r == -EFBIG) && proc_stat_line_parse(text, line);
}

void busy_list(struct busy *busy, const struct sysroot *proc, pid_t collector, uint64_t now_us)
{
	static struct process fresh[PROCESSES_MAX];
	_cleanup_closedir_ DIR *directory = sysroot_opendir(proc, ".");
	uint64_t end_us = clock_now_us() + LIST_MAX_US;
	const char *name;
	uint32_t count = 0;

	while (directory && count < PROCESSES_MAX && clock_now_us() < end_us &&
		(name = sysroot_next_entry(directory))) {
		struct proc_stat_line line;

		if (*name < '1' || *name > '9' || !read_line(proc, name, &line))
			continue;
		if (line.pid == (uint32_t)collector || line.parent == (uint32_t)collector ||
			line.parent == (uint32_t)getpid())
			continue;
		update(busy, &fresh[count], count, &line, now_us);
		count++;
	}
	memcpy(busy->item, fresh, count * sizeof(fresh[0]));
	busy->count = count;
}

/* ---------------------------------------------------------------------------------------- most */

static const char *path_of(char *path, uint32_t pid, const char *file)
{
	struct text text;

	text_init(&text, path, PATH_SIZE);
	text_append_u64(&text, pid);
	text_append(&text, file);
	return path;
}

static void read_io(const struct sysroot *proc, struct process *process)
{
	char path[PATH_SIZE], text[512];

	if (sysroot_read(proc, path_of(path, process->pid, "/io"), text, sizeof(text)) > 0)
		(void)proc_io_parse(text, &process->work.read_bytes, &process->work.written_bytes);
}

static uint32_t count_descriptors(const struct sysroot *proc, uint32_t pid)
{
	char path[PATH_SIZE];
	_cleanup_closedir_ DIR *directory = sysroot_opendir(proc, path_of(path, pid, "/fd"));
	uint32_t count = 0;

	while (directory && count < DESCRIPTORS_MAX && sysroot_next_entry(directory))
		count++;
	return count;
}

static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

static uint64_t cpu_of(const struct process *process)
{
	return grown(process->before.cpu_us, process->work.cpu_us);
}

static uint64_t bytes_of(const struct process *process)
{
	return grown(process->before.read_bytes, process->work.read_bytes) +
	       grown(process->before.written_bytes, process->work.written_bytes);
}

static bool is_told(const struct heartbeat_fact *heartbeat, uint32_t pid)
{
	fact_foreach (told, heartbeat->busy) {
		if (told->pid == pid)
			return true;
	}
	return false;
}

static void tell_most(struct busy *busy, struct heartbeat_fact *heartbeat,
	uint64_t (*work_of)(const struct process *process))
{
	const struct process *most = NULL;
	struct busy_process_fact *fact;

	for (uint32_t i = 0; i < busy->count; i++) {
		const struct process *process = &busy->item[i];

		if (work_of(process) > (most ? work_of(most) : 0) &&
			!is_told(heartbeat, process->pid))
			most = process;
	}
	fact = most ? fact_new(heartbeat->busy) : NULL;
	if (!fact)
		return;
	*fact = (struct busy_process_fact){
		.pid = most->pid,
		.cpu_us = cpu_of(most),
		.read_bytes = grown(most->before.read_bytes, most->work.read_bytes),
		.written_bytes = grown(most->before.written_bytes, most->work.written_bytes),
	};
	(void)text_copy(fact->comm, sizeof(fact->comm), most->comm);
	shown_hide_name(fact->comm, sizeof(fact->comm), shown_secrets(busy->proc));
	fact_done(heartbeat->busy);
}

/* Runs in a child. */
static void look(void *context)
{
	struct busy *busy = context;

	for (uint32_t i = 0; i < busy->count; i++) {
		if (!busy->item[i].is_kernel)
			read_io(busy->proc, &busy->item[i]);
	}
}

static void remember(struct busy *busy)
{
	for (uint32_t i = 0; i < busy->count; i++)
		busy->item[i].before = busy->item[i].work;
}

void busy_tell(struct busy *busy, const struct sysroot *proc, struct heartbeat_fact *heartbeat,
	_Atomic uint64_t *started)
{
	busy->proc = proc;
	if (busy->hung < CAREFUL_HUNG_MAX)
		busy->hung += !careful_look(look, busy, LOOK_MAX_US, started);
	fact_list_reset(&heartbeat->busy.list);
	tell_most(busy, heartbeat, cpu_of);
	tell_most(busy, heartbeat, bytes_of);
	tell_most(busy, heartbeat, cpu_of);
	fact_foreach (fact, heartbeat->busy)
		fact->descriptors = count_descriptors(proc, fact->pid);
	remember(busy);
}

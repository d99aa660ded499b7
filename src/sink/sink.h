/* SPDX-License-Identifier: MIT */
/*
 * Where records go. All lines are kept in one bounded log; each sink has its own place in it, so
 * that one that cannot take them now (a virtio port that nobody reads, a port whose driver comes
 * later) gets them late rather than never. No sink ever blocks.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include "bootprobe/config.h"
#include "report/encode_hook.h"
#include "source/sources.h"

/* Room for what 256 disks of 128 partitions each have to say: nothing that was found is to be lost.
 * It is memory only as far as it is used; the report of an ordinary machine takes 100 kB. The last
 * part is kept free of records of which there are very many, and the end of it of all but those
 * that a report is of no use without. */
enum {
	REPORT_LOG_SIZE = 16 << 20,
	REPORT_RESERVE_ORDINARY = 1 << 20,
	REPORT_RESERVE_VERDICT = 512 << 10,
};

struct report_log {
	char data[REPORT_LOG_SIZE]; /* lines, each with its newline */
	size_t length;
	uint32_t lines;
};

/* What goes to the report port alone, and only once it has the records: the newest of it, where it
 * is too much to wait. */
enum { REPORT_ASIDE_SIZE = 64 << 10 };

struct report_aside {
	char data[REPORT_ASIDE_SIZE]; /* lines, each with its newline */
	size_t length;
	uint32_t waiting;
	struct sink_fact account; /* only what was delivered and dropped */
};

struct sink;

struct sink_operations {
	enum sink_kind kind;
	/* It does without quiet lines (record_is_quiet()). */
	bool is_spared;
	/* Whether one that could not be opened may still come; NULL: no. */
	bool (*may_come)(const struct sink *sink);
	/* Sets sink->fd or returns a negative errno: -ENOENT and the like mean "try again later".
	 */
	int (*open)(struct sink *sink);
	/* Takes whole lines off bytes. Returns how many bytes it took, or a negative errno: -EAGAIN
	 * for later. */
	ssize_t (*write)(struct sink *sink, const char *bytes, size_t length);
};

struct sink {
	const struct sink_operations *operations;
	struct sink_fact account;
	size_t offset; /* what lies before it in the log has been delivered or dropped */
	int fd;
	/* Look-ups go on working after the switch of root, when "/" has been emptied. */
	struct sysroot dev, sys, run;
};

extern const struct sink_operations SINK_KMSG_OPERATIONS;
extern const struct sink_operations SINK_VIRTIO_OPERATIONS;
extern const struct sink_operations SINK_RUN_OPERATIONS;
extern const struct sink_operations SINK_FILE_OPERATIONS;

struct sinks {
	struct report_log log;
	struct report_aside aside;
	struct sink item[SINKS_MAX];
	uint32_t count;
};

/* Opens what can be opened now. */
void sinks_open(struct sinks *sinks, const struct sources *sources, uint32_t kinds);
/* Looks for devices and folders below sources from now on, and writes the report anew into the /run
 * that is there. */
void sinks_move(struct sinks *sinks, const struct sources *sources);
/* One more sink: every line to a descriptor that the caller keeps open. */
void sinks_add_file(struct sinks *sinks, int fd);
/* Appends a line to the log and hands it to every sink that takes it now. Of the type
 * report_line_fn: context is a struct sinks. */
void sinks_emit(void *context, const char *line, size_t length);
/* The same for a line that goes to the report port alone. */
void sinks_emit_aside(void *context, const char *line, size_t length);
/* Of the type report_room_fn. */
bool sinks_have_room(void *context, enum record_rank rank, size_t bytes);
/* The length of the quiet lines that a part of the log begins with. */
size_t report_log_quiet_length(const char *bytes, size_t length);
/* Tries again what could not be opened or delivered before. */
void sinks_pump(struct sinks *sinks);
/* True while a sink that exists, or may still come, has not got everything. A virtio port may come
 * as long as a virtio-serial device waits for its driver. */
bool sinks_are_waiting(const struct sinks *sinks);
bool sinks_is_aside_waiting(const struct sinks *sinks);
/* Whether there is a report port, or may still be one. At first a controller is enough: its ports
 * come one by one, some time after its driver. */
bool sinks_may_have_port(struct sinks *sinks, bool is_early);
/* Gives up on what is waiting and accounts for it as dropped. */
void sinks_give_up(struct sinks *sinks);
/* Brings the accounts up to date; ret_accounts holds SINKS_MAX of them. Returns their number. */
uint32_t sinks_account(struct sinks *sinks, struct sink_fact *ret_accounts);
struct sink *sinks_find(struct sinks *sinks, enum sink_kind kind);

/* Loads what a virtio-serial port needs, if such a device is there without a driver. Runs in a
 * child. */
int virtio_modules_run(const struct sources *sources, struct facts *facts, uint32_t subject);

/* A virtio-serial controller, with or without a driver. */
bool virtio_is_controller_there(const struct sink *sink);

/* Puts a text file beside the report: <run>/bootprobe/name. */
int run_write_file(const struct sink *sink, const char *name, const char *text);

/* Writes text to /dev/<console> until it is through or deadline_us (clock_now_us) has come, never
 * blocking. Returns 0 when all of it went out, -ETIME when time was too short, or another negative
 * errno; *ret_written is how many bytes went out in any case. For consoles that are proven live
 * only. */
int console_write(const struct sources *sources, const char *console, const char *text,
	size_t length, uint64_t deadline_us, size_t *ret_written);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a correlation share.
 */
#ifndef READER_CORRELATION_PART_H
#define READER_CORRELATION_PART_H

#include "parse/fuse_line.h"
#include "parse/qemu_trace.h"
#include "reader/correlation.h"

enum {
	SIGHTINGS_MAX = 64, /* mounts of a share in the logs; lives of a device's driver */
	SIGHTING_PIDS_MAX = 16,
	SIGHTING_NAMES_MAX = 8,
	SIGHTING_DISKS_MAX = 16,
	SIGHTING_READS_MAX = 64,
	SIGHTING_LINES_MAX = 128,
};

/* A moment of a host's log, as exact as the log has it. */
struct sighted {
	bool is_known;
	int64_t us, resolution_us;
};

/* From an INIT to the next: one mount of a share, in virtiofsd's log. */
struct sighted_mount {
	unsigned log;
	enum host_clock clock;
	struct sighted connected, queue, init, end;
	/* Who asked for the free space, each for the first time. */
	struct {
		uint32_t pid;
		struct sighted at;
	} statfs[SIGHTING_PIDS_MAX];
	unsigned statfs_count;
	bool has_more_statfs;
	bool is_listed; /* names may be known to the guest without a LOOKUP from here on */
	struct sighted name[SIGHTING_NAMES_MAX]; /* first LOOKUP of each that was wanted */
};

/* A device between two starts of its driver, in QEMU's trace. */
struct sighted_device {
	unsigned log;
	enum host_clock clock;
	uint64_t device;
	bool is_over;
	bool is_read; /* request: the first one */
	uint64_t request;
	struct sighted first_done;
	/* Of each read that was wanted. */
	struct sighted first[SIGHTING_READS_MAX], last[SIGHTING_READS_MAX];
};

/* A disk of the report whose header was read. */
struct wanted_disk {
	const char *name;             /* borrowed */
	double arrived;               /* NAN: it was there before anybody listened */
	double told;                  /* the record that has the reads was written */
	unsigned read[8], read_count; /* indices of wanted offsets */
};

/* What the report tells that a log may tell as well. */
struct wanted {
	double begun;                         /* the hook */
	double since, mounted, handoff, last; /* NAN: not told, or not of a share */
	char name[SIGHTING_NAMES_MAX][64];
	unsigned name_count;
	struct wanted_disk disk[SIGHTING_DISKS_MAX];
	unsigned disk_count;
	uint64_t offset[SIGHTING_READS_MAX];
	unsigned offset_count;
	struct {
		int64_t us;
		const char *text; /* borrowed */
	} line[SIGHTING_LINES_MAX];
	unsigned line_count;
};

struct sightings {
	struct wanted wanted;
	struct sighted_mount mount[SIGHTINGS_MAX];
	uint64_t mount_count; /* ever: of more than SIGHTINGS_MAX the newest are kept, in a ring */
	struct sighted_device device[SIGHTINGS_MAX];
	uint64_t device_count;
	uint64_t left_out[HOST_CLOCKS]; /* of both */
	struct sighted connected[CORRELATION_LOGS_MAX], queue[CORRELATION_LOGS_MAX];
	uint32_t lookup_thread[CORRELATION_LOGS_MAX];
	/* Of a whole log: the bounds that are tightest. */
	struct sighting_bound low[CORRELATION_LOGS_MAX][HOST_CLOCKS];
	struct sighting_bound high[CORRELATION_LOGS_MAX][HOST_CLOCKS];
	bool has_link;
	unsigned link_log;
	int64_t link_low_us, link_high_us; /* wall clock less uptime */
};

static inline unsigned sightings_kept(uint64_t count)
{
	return count < SIGHTINGS_MAX ? (unsigned)count : SIGHTINGS_MAX;
}

void wanted_collect(const struct reader_report *report, struct wanted *wanted);

/* A bound that the host cannot have been below, or above. */
struct sighting_bound sighting_low(
	enum sighting_rule rule, unsigned log, const struct sighted *at, double guest);
struct sighting_bound sighting_high(
	enum sighting_rule rule, unsigned log, const struct sighted *at, double guest);
/* Takes the tighter one. */
void sighting_raise(struct sighting_bound *low, const struct sighting_bound *bound);
void sighting_lower(struct sighting_bound *high, const struct sighting_bound *bound);

/* On which clock a line is. */
enum host_clock host_clock_of(const struct host_line *line);
/* Whether all that the guest read of its disk's header was read of this device. */
bool sighting_is_disk(const struct sighted_device *device, const struct wanted_disk *disk);

void stalls_collect(struct correlation *correlation);
/* A request at that time; NAN: not known when. */
void stalls_count(struct correlation *correlation, struct correlation_process *process, double at);

/* What of a log is no request. -ENOMEM. */
int mark_fuse(
	struct correlation_log *log, const struct fuse_line *fuse, const struct host_line *line);
int mark_qemu(
	struct correlation_log *log, const struct qemu_trace *trace, const struct host_line *line);
int mark_line(struct correlation_log *log, const struct host_line *line);

enum { PENDING_MAX = 4096, PENDING_THREADS_MAX = 64, PENDING_INDEX_MAX = 2048 };

/* A request that has no answer yet. */
struct pending_request {
	bool is_used;
	unsigned log;
	uint64_t unique, device;
	int64_t since_us, resolution_us;
	uint16_t process;
	uint8_t operation;
};

/* The request that a thread of virtiofsd works on. */
struct pending_thread {
	unsigned log;
	uint32_t thread;
	uint64_t unique;
	uint16_t process;
};

struct pending {
	struct pending_request request[PENDING_MAX];
	struct pending_thread thread[PENDING_THREADS_MAX];
	unsigned thread_count;
	uint16_t index[PENDING_INDEX_MAX]; /* process number + 1, by hash; 0: free */
};

/* -ENOMEM. */
int pending_new(struct pending **ret);
void pending_free(struct pending *pending);

#endif

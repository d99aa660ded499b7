/* SPDX-License-Identifier: MIT */
/*
 * A log of the host, from bytes to the table of requests: the first look, the second, and the
 * lanes. The first byte says how long the pieces are in which the rest arrives.
 */
#include "reader/correlation.h"
#include "reader/reader.h"

#include "base/crc32.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A root on a share and a disk whose header was read: all that a log is asked for. */
static const char *const REPORT[] = {
	"\"begin\",\"version\":\"0\",\"verb\":\"start\"",
	"\"root\",\"kind\":\"virtiofs\",\"since\":0.5,\"mounted\":0.7,\"device_count\":1",
	"\"block\",\"name\":\"vda\",\"arrived\":0.5,\"header_reads\":[{\"what\":\"mbr\",\"offset_"
	"bytes\":"
	"0,\"duration_us\":1},{\"what\":\"gpt-primary\",\"offset_bytes\":512,\"duration_us\":1}]",
	"\"kernel.event\",\"kind\":\"initrd\",\"stamp\":0.5,\"text\":\"Run /init\"",
	"\"handoff\",\"fstype\":\"virtiofs\",\"init\":\"/sbin/init\",\"init_stat\":\"ok\"",
	"\"end\",\"phase\":\"finish\",\"records\":6,\"errors\":0,\"warnings\":0",
};

static struct reader_report *make_report(void)
{
	struct reader *reader = reader_new(NULL);
	struct reader_report *report = NULL;

	if (!reader)
		abort();
	for (unsigned i = 0; i < sizeof(REPORT) / sizeof(REPORT[0]); i++) {
		char body[512], line[600];
		int length = snprintf(body, sizeof(body),
			"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":%u,\"t\":0.%u,\"type\":%s",
			i + 1, i + 3, REPORT[i]);

		length = snprintf(line, sizeof(line), "%s,\"crc\":\"%08x\"}\n", body,
			crc32_update(0, body, (size_t)length));
		(void)reader_feed(reader, line, (size_t)length);
	}
	(void)reader_finish(reader);
	if (reader_report(reader, NULL, &report) < 0)
		abort();
	reader_free(reader);
	return report;
}

static void sight(void *context, const struct host_line *line)
{
	if (line->stamp.clock != STAMP_WALL && line->stamp.clock != STAMP_UPTIME)
		abort();
	correlation_sight(context, 0, line);
}

static void count(void *context, const struct host_line *line)
{
	(void)correlation_count(context, 0, line);
}

static void feed(
	const uint8_t *data, size_t size, host_line_fn line, struct correlation *correlation)
{
	struct host_log *log = host_log_new(0, INT64_C(1795291270000000), line, correlation);
	size_t piece = data[0] ? data[0] : size;

	if (!log)
		abort();
	for (size_t at = 1; at < size; at += piece)
		host_log_feed(log, (const char *)data + at, size - at < piece ? size - at : piece);
	host_log_finish(log);
	host_log_free(log);
}

/* What holds of every log. */
static void check(const struct correlation *correlation)
{
	uint64_t requests = correlation->uncounted;

	for (int i = 0; i < HOST_CLOCKS; i++) {
		const struct correlation_clock *clock = &correlation->clock[i];

		if (correlation_is_placed(clock) && clock->uncertainty_us < 0)
			abort();
		if (clock->state == CORRELATION_ESTIMATED &&
			(!clock->low.is_known || !clock->high.is_known))
			abort();
	}
	for (unsigned i = 0; i < correlation->process_count; i++) {
		const struct correlation_process *process = correlation->process[i];
		uint64_t sum = 0;

		for (unsigned k = 0; k < process->operation_count; k++)
			sum += process->operation[k].count;
		if (sum != process->count)
			abort();
		requests += sum;
	}
	if (requests != correlation->log[0].requests)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reader_report *report;
	struct correlation *correlation;
	struct timeline timeline;

	if (size < 2)
		return 0;
	report = report ? report : make_report();
	correlation = correlation_new(report, NAN);
	if (!correlation || correlation_add_log(correlation, "log") != 0)
		abort();
	feed(data, size, sight, correlation);
	if (correlation_estimate(correlation) < 0)
		abort();
	feed(data, size, count, correlation);
	correlation_finish(correlation);
	check(correlation);
	if (timeline_build(report, &timeline) < 0 || timeline_add_host(&timeline, correlation) < 0)
		abort();
	timeline_release(&timeline);
	correlation_free(correlation);
	return 0;
}

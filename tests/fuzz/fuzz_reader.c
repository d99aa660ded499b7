/* SPDX-License-Identifier: MIT */
/*
 * A log, to the report in it. No fuzzer guesses a CRC: with an odd first byte, the CRC of each line
 * is made right before it is read. What comes out must keep its promises.
 */
#include "base/printable.h"
#include "fuzz_seal.h"
#include "reader/reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_printable(const char *string)
{
	char data[256];
	struct text text;

	text_init(&text, data, sizeof(data));
	printable_append(&text, string, strlen(string));
	for (const char *c = data; *c; c++) {
		if (*c < ' ' || *c > '~')
			abort();
	}
}

static void check_report(const struct reader_report *report)
{
	const struct reader_record *record = NULL;
	uint64_t missing = 0;
	uint32_t previous = 0;

	for (size_t i = 0; i < report->record_count; i++) {
		record = &report->records[i];
		if (record->seq <= previous || record->last_seq < record->seq ||
			reader_report_at(report, record->seq) != record)
			abort();
		previous = record->last_seq;
		check_printable(record->type);
	}
	for (size_t i = 0; i < report->missing_count; i++) {
		if (report->missing[i].first > report->missing[i].last)
			abort();
		missing += (uint64_t)report->missing[i].last - report->missing[i].first + 1;
	}
	if (missing != report->missing_lines)
		abort();
	if (report->verdict == READER_OK && (missing || report->damage_count || !report->end))
		abort();
	for (size_t i = 0; i < report->finding_count; i++) {
		check_printable(report->findings[i].summary);
		(void)reader_finding_fix(&report->findings[i], 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_report *report = NULL;
	struct reader *reader;
	char *copy;
	size_t piece;

	if (size < 2)
		return 0;
	reader = reader_new(NULL);
	copy = malloc(size - 2 + 1);
	if (!reader || !copy)
		abort();
	memcpy(copy, data + 2, size - 2);
	if (data[0] & 1)
		fuzz_seal(copy, size - 2);
	piece = data[1] ? data[1] : size;
	for (size_t at = 0; at < size - 2; at += piece)
		(void)reader_feed(reader, copy + at, size - 2 - at < piece ? size - 2 - at : piece);
	(void)reader_finish(reader);
	if (reader_report(reader, NULL, &report) == 0)
		check_report(report);
	reader_report_free(report);
	reader_free(reader);
	free(copy);
	return 0;
}

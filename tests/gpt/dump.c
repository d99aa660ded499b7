/* SPDX-License-Identifier: MIT */
/*
 * gpt-dump IMAGE SECTOR_BYTES: the gpt and partition records of a disk image.
 */
#include "gpt/table.h"
#include "report/encode.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct facts facts;
static struct report report;
static struct record record;
static uint8_t buffer[GPT_BUFFER_SIZE];

static int read_image(
	void *context, const char *what, uint64_t offset, uint8_t *bytes, uint32_t length)
{
	ssize_t n = pread(*(int *)context, bytes, length, (off_t)offset);

	(void)what;
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -ENODATA;
}

static void print(void *context, const char *line, size_t length)
{
	(void)context;
	(void)length;
	(void)puts(line);
}

static uint64_t no_clock(void)
{
	return 0;
}

int main(int argc, char **argv)
{
	struct encoding encoding = {.report = &report, .record = &record, .facts = &facts};
	struct gpt_fact *gpt = &facts.gpts.item[0];
	struct gpt_input input = {.read = read_image, .buffer = buffer};
	struct stat st;
	int fd;

	if (argc != 3 || text_parse_u32(argv[2], 10, &input.sector_bytes) < 0)
		return EXIT_FAILURE;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return EXIT_FAILURE;
	input.context = &fd;
	input.size_bytes = (uint64_t)st.st_size;
	(void)text_copy(gpt->disk, sizeof(gpt->disk), "image");
	if (gpt_table_read(&input, gpt) < 0)
		return EXIT_FAILURE;
	fact_publish(&gpt->once);
	fact_done(facts.gpts);
	report_init(&report, "00000000", print, NULL, no_clock);
	encode_gpts(&encoding);
	(void)close(fd);
	return EXIT_SUCCESS;
}

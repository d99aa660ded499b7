/* SPDX-License-Identifier: MIT */
#include "report/summary.h"

#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct facts facts;
static struct findings findings;
static char page[SUMMARY_SIZE];

static void write_page(void)
{
	summary_write(&facts, &findings, "finish", "1a2b3c4d", page, sizeof(page));
}

static struct console_fact *add_console(const char *name)
{
	struct console_fact *console = fact_new(facts.consoles);

	ck_assert_ptr_nonnull(console);
	memset(console, 0, sizeof(*console));
	text_copy(console->name, sizeof(console->name), name);
	fact_done(facts.consoles);
	return console;
}

START_TEST(the_phantom_is_named)
{
	struct console_fact *console;

	memset(&facts, 0, sizeof(facts));
	console = add_console("ttyS0");
	console->is_registered = ANSWER_YES;
	console->is_last = true;
	console->is_live = ANSWER_NO;
	console->kind = CONSOLE_UART;
	console->empty_write = -EIO;
	console->uart_type = 0;
	write_page();
	ck_assert_ptr_nonnull(
		strstr(page, "consoles   ttyS0 (last) PHANTOM (no UART)\n"));
}
END_TEST

START_TEST(a_misplaced_backup_is_told_in_sizes)
{
	struct block_fact *block;
	struct gpt_fact *gpt;

	memset(&facts, 0, sizeof(facts));
	block = fact_new(facts.blocks);
	text_copy(block->name, sizeof(block->name), "sda");
	block->size_bytes = UINT64_C(20) << 30;
	fact_done(facts.blocks);
	gpt = fact_new(facts.gpts);
	text_copy(gpt->disk, sizeof(gpt->disk), "sda");
	gpt->kind = TABLE_GPT;
	gpt->logical_sector_bytes = 512;
	gpt->disk_lba = UINT64_C(20) << 21;
	gpt->backup_misplaced_bytes = UINT64_C(18) << 30;
	fact_publish(&gpt->once);
	fact_done(facts.gpts);
	write_page();
	ck_assert_ptr_nonnull(strstr(page, "disk       sda 20 GiB, GPT made for 2 GiB\n"));
}
END_TEST

/* Names that a hostile guest chose, and more of everything than fits. */
START_TEST(the_page_is_bounded_and_printable)
{
	uint32_t lines = 0;

	memset(&facts, 0xff, sizeof(facts));
	write_page();
	for (const char *at = page; *at; at++) {
		ck_assert(*at == '\n' || (*at >= ' ' && *at <= '~'));
		lines += *at == '\n';
	}
	ck_assert_uint_le(lines, 12);
	for (const char *at = page, *end; (end = strchr(at, '\n')); at = end + 1)
		ck_assert_int_le(end - at, 79);
}
END_TEST

UNIT_MAIN("summary", the_phantom_is_named, a_misplaced_backup_is_told_in_sizes,
	the_page_is_bounded_and_printable)

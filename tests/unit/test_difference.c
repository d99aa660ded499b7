/* SPDX-License-Identifier: MIT */
#include "reader/difference.h"

#include "unit.h"

#include "report_builder.h"

#define END "\"end\",\"phase\":\"finish\",\"records\":9,\"errors\":0,\"warnings\":0"
#define UART                                                                             \
	"\"uart\",\"name\":\"ttyS0\",\"live\":true,\"uart_type\":4,\"uart\":\"16550A\"," \
	"\"irq\":4,\"acpi_path\":\"\\\\_SB_.PCI0.S08_.COM1\""
#define NO_UARTS "\"uart\",\"ports\":4,\"live_ports\":0,\"phantom_ports\":4"
#define ONE_UART "\"uart\",\"ports\":4,\"live_ports\":1,\"phantom_ports\":3"

/* The differences of two reports, which are released. */
static struct difference_list find(struct reader_report *a, struct reader_report *b)
{
	struct difference_list list;

	ck_assert_int_eq(difference_find(a, b, &list), 0);
	reader_report_free(a);
	reader_report_free(b);
	return list;
}

static bool has(const struct difference_list *list, enum difference_group group, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->item[i].group == group && strcmp(list->item[i].text, text) == 0)
			return true;
	}
	return false;
}

static size_t count(const struct difference_list *list, enum difference_group group)
{
	size_t found = 0;

	for (size_t i = 0; i < list->count; i++)
		found += list->item[i].group == group;
	return found;
}

START_TEST(the_same_is_no_difference)
{
	struct difference_list list = find(READ(BEGIN, UART, ONE_UART, PHANTOM, END),
		READ(BEGIN, UART, ONE_UART, PHANTOM, END));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(the_same_with_holes_is_no_difference)
{
	struct difference_list list =
		find(READ(BEGIN, NULL, UART, ONE_UART), READ(BEGIN, NULL, UART, ONE_UART));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(a_uart_that_one_has)
{
	struct difference_list list =
		find(READ(BEGIN, UART, ONE_UART, END), READ(BEGIN, NO_UARTS, END));

	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(
		list.item[0].text, "A has a UART (\\_SB_.PCI0.S08_.COM1, irq 4), B has none");
	ck_assert_int_eq(list.item[0].group, DIFFERENCE_HARDWARE);
	difference_release(&list);
}
END_TEST

/* The record of the UART may be the one that is missing. */
START_TEST(what_is_missing_is_not_absent)
{
	struct difference_list list =
		find(READ(BEGIN, UART, ONE_UART, END), READ(BEGIN, NULL, END));

	ck_assert_uint_eq(count(&list, DIFFERENCE_HARDWARE), 0);
	ck_assert(has(&list, DIFFERENCE_UNKNOWN,
		"the UART ttyS0: A tells, B does not, and records of it are missing"));
	difference_release(&list);
}
END_TEST

/* ... but the record that counts the ports knows. */
START_TEST(a_count_stands_for_what_is_missing)
{
	struct difference_list list =
		find(READ(BEGIN, NULL, NO_UARTS), READ(BEGIN, UART, ONE_UART, END));

	ck_assert(has(&list, DIFFERENCE_HARDWARE,
		"B has a UART (\\_SB_.PCI0.S08_.COM1, irq 4), A has none"));
	difference_release(&list);
}
END_TEST

START_TEST(a_report_without_an_end_claims_nothing)
{
	struct difference_list list =
		find(READ(BEGIN, "\"block\",\"name\":\"sda\",\"size_bytes\":1073741824", END),
			READ(BEGIN, NO_UARTS));

	ck_assert_uint_eq(count(&list, DIFFERENCE_DISK), 0);
	ck_assert(has(&list, DIFFERENCE_UNKNOWN,
		"the disk sda (1 GiB): A tells, B does not, and records of it are missing"));
	ck_assert_str_eq(list.item[0].text, "B is not whole: there is no end; what it does not say "
					    "it may have all the same");
	difference_release(&list);
}
END_TEST

START_TEST(a_probe_that_failed_claims_nothing)
{
	struct difference_list list =
		find(READ(BEGIN, "\"block\",\"name\":\"sda\",\"size_bytes\":1073741824", END),
			READ(BEGIN, "\"probe\",\"name\":\"block\",\"state\":\"timeout\"", END));

	ck_assert_uint_eq(count(&list, DIFFERENCE_DISK), 0);
	ck_assert_uint_eq(count(&list, DIFFERENCE_UNKNOWN), 1);
	difference_release(&list);
}
END_TEST

START_TEST(findings_come_first_and_causes_before_parts)
{
	struct difference_list list =
		find(READ(BEGIN, UART, ONE_UART,
			     "\"finding\",\"id\":\"console.no-uart\",\"severity\":\"error\","
			     "\"summary\":\"s\",\"part_of\":\"console.phantom\"",
			     "\"finding\",\"id\":\"root.late\",\"severity\":\"warning\","
			     "\"summary\":\"late\"",
			     PHANTOM,
			     "\"end\",\"phase\":\"finish\",\"errors\":1,\"warnings\":1,"
			     "\"findings\":[4,5,6]"),
			READ(BEGIN, NO_UARTS, END));

	ck_assert_uint_eq(list.count, 4);
	ck_assert_str_eq(list.item[0].text, "A has console.phantom (error, ttyS0), B has not: s");
	ck_assert_str_eq(list.item[1].text, "A has root.late (warning), B has not: late");
	ck_assert_str_eq(list.item[2].subject, "console.no-uart");
	ck_assert_int_eq(list.item[3].group, DIFFERENCE_HARDWARE);
	difference_release(&list);
}
END_TEST

START_TEST(a_finding_that_could_not_be_judged)
{
	struct difference_list list = find(READ(BEGIN, PHANTOM, END ",\"findings\":[2]"),
		READ(BEGIN, END ",\"undecided\":[\"console.phantom\"]"));

	ck_assert_str_eq(
		list.item[0].text, "A has console.phantom (error, ttyS0), B could not tell: s");
	difference_release(&list);
}
END_TEST

#define CMDLINE(words) "\"cmdline\",\"parameters\":[" words "]"

START_TEST(parameters_in_another_order)
{
	struct difference_list list = find(
		READ(BEGIN, CMDLINE("\"quiet\",\"root=/dev/sda1\",\"a-b=1\",\"console=ttyS0\""),
			END),
		READ(BEGIN, CMDLINE("\"console=ttyS0\",\"a_b=1\",\"root=/dev/sda1\",\"quiet\""),
			END));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(parameters_differ_and_the_order_of_consoles_counts)
{
	struct difference_list list = find(
		READ(BEGIN, CMDLINE("\"quiet\",\"console=tty0\",\"console=ttyS0\",\"init=/a\""),
			END),
		READ(BEGIN, CMDLINE("\"console=ttyS0\",\"console=tty0\",\"init=/b\",\"x=1\""),
			END));

	ck_assert_uint_eq(list.count, 4);
	ck_assert_str_eq(list.item[0].text,
		"console=tty0 console=ttyS0 in A, console=ttyS0 console=tty0 in B");
	ck_assert_str_eq(list.item[1].text, "init=/a in A, init=/b in B");
	ck_assert(has(&list, DIFFERENCE_PARAMETER, "A has quiet, B has not"));
	ck_assert(has(&list, DIFFERENCE_PARAMETER, "B has x=1, A has not"));
	difference_release(&list);
}
END_TEST

#define DISK(name, more) "\"block\",\"name\":\"" name "\",\"size_bytes\":1073741824" more

/* Asynchronous probing gives names in any order; the serial number stays. */
START_TEST(disks_are_paired_by_what_they_say)
{
	struct difference_list list =
		find(READ(BEGIN, DISK("sda", ",\"serial\":\"one\",\"read_only\":true"),
			     DISK("sdb", ",\"serial\":\"two\""), END),
			READ(BEGIN, DISK("sda", ",\"serial\":\"two\""),
				DISK("sdb", ",\"serial\":\"one\""), END));

	ck_assert_uint_eq(count(&list, DIFFERENCE_DISK), 3);
	ck_assert(has(&list, DIFFERENCE_DISK, "the disk that is sda in A is sdb in B"));
	ck_assert(has(&list, DIFFERENCE_DISK, "sda/sdb: read-only in A, not in B"));
	difference_release(&list);
}
END_TEST

/* Clones say the same of themselves. */
START_TEST(twins_are_paired_by_name)
{
	struct difference_list list = find(READ(BEGIN, DISK("sda", ",\"serial\":\"x\""),
						   DISK("sdb", ",\"serial\":\"x\""), END),
		READ(BEGIN, DISK("sdb", ",\"serial\":\"x\""), DISK("sda", ",\"serial\":\"x\""),
			END));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(times_as_ratios)
{
	struct difference_list list = find(
		READ(BEGIN,
			DISK("sda", ",\"arrived\":4.0,\"header_reads\":[{\"duration_us\":300000}]"),
			END),
		READ(BEGIN,
			DISK("sda", ",\"arrived\":3.0,\"header_reads\":[{\"duration_us\":1000}]"),
			END));

	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.item[0].text, "reading the headers of sda took 300 times as long in "
					    "A (0.300 s) as in B (0.001 s)");
	difference_release(&list);
}
END_TEST

/* 40 ms are not worth a word, whatever the ratio; nor is what one of them does not know. */
START_TEST(times_that_do_not_matter)
{
	struct difference_list list = find(
		READ(BEGIN, DISK("sda", ",\"header_reads\":[{\"duration_us\":41000}]"),
			"\"root\",\"kind\":\"uuid\",\"device_count\":1,\"since\":9.0", END),
		READ(BEGIN,
			DISK("sda", ",\"arrived\":3.0,\"header_reads\":[{\"duration_us\":1000}]"),
			"\"root\",\"kind\":\"uuid\",\"device_count\":1", END));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(noise_is_left_out)
{
	struct difference_list list =
		find(READ(BEGIN,
			     "\"platform\",\"hypervisor\":\"kvm\",\"clocksource\":\"tsc-early\","
			     "\"memory_kib\":480272",
			     DISK("sda", ",\"wwn\":\"1\",\"reads\":10,\"read_us\":99"),
			     "\"gpt\",\"disk\":\"sda\",\"kind\":\"gpt\",\"disk_guid\":\"a\"",
			     "\"filesystem\",\"device\":\"sda1\",\"uuid\":\"a\"", END),
			READ(BEGIN,
				"\"platform\",\"hypervisor\":\"kvm\",\"clocksource\":\"tsc\","
				"\"memory_kib\":480268",
				DISK("sda", ",\"wwn\":\"2\",\"reads\":77,\"read_us\":1"),
				"\"gpt\",\"disk\":\"sda\",\"kind\":\"gpt\",\"disk_guid\":\"b\"",
				"\"filesystem\",\"device\":\"sda1\",\"uuid\":\"b\"", END));

	ck_assert_uint_eq(list.count, 0);
	difference_release(&list);
}
END_TEST

START_TEST(how_far_a_boot_came)
{
	struct difference_list list = find(READ(BEGIN, END),
		READ(BEGIN, "\"end\",\"phase\":\"stall\",\"errors\":0,\"warnings\":0"));

	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(
		list.item[0].text, "in A the handoff was reached, in B stage 1 had not gone on");
	difference_release(&list);
}
END_TEST

/* Members of other types than they should have, and lists without an end. */
START_TEST(lies)
{
	static const char *const LIE =
		"\"block\",\"name\":7,\"header_reads\":{},\"partitions\":[1],\"size_bytes\":-5";
	struct difference_list list = find(
		READ(BEGIN, LIE, "\"cmdline\",\"parameters\":[1,null,\"\",\"=\"]",
			"\"console\",\"name\":[],\"descriptors\":3", "\"device\",\"devices\":[0]",
			"\"handoff\",\"interpreters\":[[]]", "\"gpt\",\"disk\":null", END),
		READ(BEGIN, "\"cmdline\",\"parameters\":{}", "\"console\",\"name\":\"pid1\"",
			"\"platform\",\"memory_kib\":\"x\"", "\"handoff\",\"interpreters\":1",
			"\"partition\",\"disk\":\"\",\"number\":1,\"first_lba\":-1,\"last_lba\":"
			"9223372036854775807",
			END));

	difference_release(&list);
}
END_TEST

UNIT_MAIN("difference", the_same_is_no_difference, the_same_with_holes_is_no_difference,
	a_uart_that_one_has, what_is_missing_is_not_absent, a_count_stands_for_what_is_missing,
	a_report_without_an_end_claims_nothing, a_probe_that_failed_claims_nothing,
	findings_come_first_and_causes_before_parts, a_finding_that_could_not_be_judged,
	parameters_in_another_order, parameters_differ_and_the_order_of_consoles_counts,
	disks_are_paired_by_what_they_say, twins_are_paired_by_name, times_as_ratios,
	times_that_do_not_matter, noise_is_left_out, how_far_a_boot_came, lies)

/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel does not let system calls be counted. What it does where it lets: the scenarios
 * livelock-* of tests/vm.
 */
#include "recorder/call_rates.h"

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

static struct facts facts;
static struct call_rates rates;

START_TEST(what_may_not_be_counted_is_told_once)
{
	struct sysroot proc = {.fd = open("/proc", O_RDONLY | O_DIRECTORY)};

	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	call_rates_init(&rates, &proc, &facts);
	ck_assert_uint_eq(call_rates_next_us(&rates), UINT64_MAX);
	ck_assert(!call_rates_go_on(&rates, 1000));

	call_rates_begin(&rates, 1000);
	ck_assert_uint_eq(call_rates_next_us(&rates), 1000);
	ck_assert(!fact_is_known(&facts.call_rates.once));
	ck_assert(call_rates_go_on(&rates, 1000));
	ck_assert(fact_is_known(&facts.call_rates.once));
	ck_assert_int_lt(facts.call_rates.read, 0);
	ck_assert_uint_eq(fact_count(facts.call_rates.callers), 0);
	ck_assert_uint_eq(call_rates_next_us(&rates), UINT64_MAX);

	call_rates_begin(&rates, 2000);
	ck_assert_uint_eq(call_rates_next_us(&rates), UINT64_MAX);
	ck_assert(!call_rates_go_on(&rates, 3000));
	call_rates_close(&rates);
	call_rates_begin(&rates, 4000);
	ck_assert_uint_eq(call_rates_next_us(&rates), UINT64_MAX);
}
END_TEST

UNIT_MAIN("call_rates", what_may_not_be_counted_is_told_once)

/* SPDX-License-Identifier: MIT */
/*
 * What every unit test needs: one suite a file, run by UNIT_MAIN.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdlib.h>

/* UNIT_MAIN("name", test_a, test_b): the main function of a test file. */
#define UNIT_MAIN(title, ...)                                                                      \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *tests[] = {__VA_ARGS__};                                              \
		Suite *suite = suite_create(title);                                                \
		TCase *tcase = tcase_create(title);                                                \
		SRunner *runner = srunner_create(suite);                                           \
		int failed;                                                                        \
                                                                                                   \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                      \
			tcase_add_test(tcase, tests[i]);                                           \
		/* A hang ends here; a slow machine is no failure. */                              \
		tcase_set_timeout(tcase, 120);                                                     \
		suite_add_tcase(suite, tcase);                                                     \
		srunner_run_all(runner, CK_ENV);                                                   \
		failed = srunner_ntests_failed(runner);                                            \
		srunner_free(runner);                                                              \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                       \
	}

#endif

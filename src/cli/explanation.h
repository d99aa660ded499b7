/* SPDX-License-Identifier: MIT */
/*
 * The texts of docs/findings.md, in its order. The table is made in the build, by
 * tools/explanations.py.
 */
#ifndef CLI_EXPLANATION_H
#define CLI_EXPLANATION_H

#include "rule/rule.h"

#include <stddef.h>

struct explanation {
	const char *id;
	enum severity severity; /* the worst that it can be */
	const char *line;
	const char *text; /* at most 80 columns; ends with a newline */
};

extern const struct explanation EXPLANATIONS[];
extern const size_t EXPLANATIONS_COUNT;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The texts of docs/findings.md and of docs/glossary.md, in their order. The tables are made in the
 * build, by tools/explanations.py.
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

/* A word that pages and findings use. */
struct glossary_word {
	const char *const *names; /* of which the first is shown; ends with NULL */
	const char *line;
	const char *text; /* NULL: the line says it all */
};

extern const struct glossary_word GLOSSARY[];
extern const size_t GLOSSARY_COUNT;

#endif

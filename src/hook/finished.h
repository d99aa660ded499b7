/* SPDX-License-Identifier: MIT */
/*
 * The word, left below /run for a later "finish", that this boot has had its last look. Whichever
 * outputs were asked for: it is no report.
 *
 * Without a /run that can be written to there is no word: nothing else is sure to be there for
 * both, and a second report, which a reader tells from the first by its begin record, is better
 * than none.
 */
#ifndef HOOK_FINISHED_H
#define HOOK_FINISHED_H

#include "source/sysroot.h"

/* Returns 0 or a negative errno. */
int finished_note(const struct sysroot *root);
bool finished_is_noted(const struct sysroot *root);

#endif

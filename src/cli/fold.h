/* SPDX-License-Identifier: MIT */
/*
 * Text of a guest in lines that never are longer than a terminal is wide.
 */
#ifndef CLI_FOLD_H
#define CLI_FOLD_H

#include <stdbool.h>
#include <stdio.h>

/* As output_words(), but a word that is too long for a line is broken. */
void fold_words(FILE *stream, unsigned column, unsigned indent, const char *text);
/* Escapes text into at most width columns; what is too long ends in "..". data has room for width
 * + 1 bytes. */
void fold_cut(char *data, size_t width, const char *text);

#endif

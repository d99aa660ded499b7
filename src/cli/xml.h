/* SPDX-License-Identifier: MIT */
/*
 * Text of a guest within XML.
 */
#ifndef CLI_XML_H
#define CLI_XML_H

#include <stddef.h>
#include <stdio.h>

/* Writes a text so that it is one, in an element or in a quoted attribute: first as for a terminal
 * (base/printable.h), for XML has no way to write most control characters; then & < > " ' as
 * entities. At most width characters; what is longer ends in "..". */
void xml_text(FILE *stream, const char *text, size_t width);

#endif

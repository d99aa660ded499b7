/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_consoles(struct encoding *encoding)
{
	(void)encoding;
}

void encode_uarts(struct encoding *encoding)
{
	(void)encoding;
}

/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_platform(struct encoding *encoding)
{
	(void)encoding;
}

void encode_cmdline(struct encoding *encoding)
{
	(void)encoding;
}

/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_blocks(struct encoding *encoding)
{
	(void)encoding;
}

void encode_gpts(struct encoding *encoding)
{
	(void)encoding;
}

void encode_filesystems(struct encoding *encoding)
{
	(void)encoding;
}

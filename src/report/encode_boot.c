/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_root(struct encoding *encoding)
{
	(void)encoding;
}

void encode_handoff(struct encoding *encoding)
{
	(void)encoding;
}

void encode_kernel_events(struct encoding *encoding)
{
	(void)encoding;
}

void encode_probes(struct encoding *encoding)
{
	(void)encoding;
}

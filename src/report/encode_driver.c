/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

void encode_virtio_ports(struct encoding *encoding)
{
	(void)encoding;
}

void encode_virtio_devices(struct encoding *encoding)
{
	(void)encoding;
}

void encode_unbound_devices(struct encoding *encoding)
{
	(void)encoding;
}

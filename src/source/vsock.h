/* SPDX-License-Identifier: MIT */
/*
 * The address by which the host reaches this machine over vsock.
 */
#ifndef SOURCE_VSOCK_H
#define SOURCE_VSOCK_H

#include "source/sources.h"

#include <stdint.h>

/* The local CID out of /dev/vsock; in a captured machine the number in .devices/vsock. Returns 0
 * or a negative errno: -ENOENT where there is no vsock, -ENODEV where it has no transport. */
int vsock_cid(const struct sources *sources, uint32_t *ret_cid);

#endif

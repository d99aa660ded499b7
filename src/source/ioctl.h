/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_IOCTL_H
#define SOURCE_IOCTL_H

#include <sys/ioctl.h>

/* The type of ioctl()'s second parameter: a request that is read from (_IOR) does not fit musl's
 * int and is meant all the same, since the kernel looks at 32 bits. */
#ifdef __GLIBC__
#define IOCTL_REQUEST(request) ((unsigned long)(request))
#else
#define IOCTL_REQUEST(request) ((int)(request))
#endif

#endif

/* SPDX-License-Identifier: MIT */
#include "report/record.h"

#include "base/text.h"

#include <errno.h>

/* strerrorname_np() is glibc only. These are the errors that devices, files and sockets give. */
#define NAME(error)           \
	{                     \
		error, #error \
	}
static const struct {
	int error;
	const char *name;
} NAMES[] = {
	NAME(EPERM),
	NAME(ENOENT),
	NAME(ESRCH),
	NAME(EINTR),
	NAME(EIO),
	NAME(ENXIO),
	NAME(E2BIG),
	NAME(ENOEXEC),
	NAME(EBADF),
	NAME(ECHILD),
	NAME(EAGAIN),
	NAME(ENOMEM),
	NAME(EACCES),
	NAME(EFAULT),
	NAME(EBUSY),
	NAME(EEXIST),
	NAME(EXDEV),
	NAME(ENODEV),
	NAME(ENOTDIR),
	NAME(EISDIR),
	NAME(EINVAL),
	NAME(ENFILE),
	NAME(EMFILE),
	NAME(ENOTTY),
	NAME(EFBIG),
	NAME(ENOSPC),
	NAME(ESPIPE),
	NAME(EROFS),
	NAME(EMLINK),
	NAME(EPIPE),
	NAME(ERANGE),
	NAME(ENAMETOOLONG),
	NAME(ENOSYS),
	NAME(ENOTEMPTY),
	NAME(ELOOP),
	NAME(ENODATA),
	NAME(ETIME),
	NAME(EPROTO),
	NAME(EBADMSG),
	NAME(EOVERFLOW),
	NAME(EILSEQ),
	NAME(EOPNOTSUPP),
	NAME(ECONNREFUSED),
	NAME(ECONNRESET),
	NAME(ENOTCONN),
	NAME(ETIMEDOUT),
	NAME(EALREADY),
	NAME(EINPROGRESS),
	NAME(ESTALE),
	NAME(EREMOTEIO),
	NAME(ENOMEDIUM),
	NAME(EMEDIUMTYPE),
	NAME(ECANCELED),
	NAME(ENOKEY),
	NAME(EKEYREJECTED),
	NAME(EUCLEAN),
};
#undef NAME

const char *record_errno_name(int error)
{
	static char unnamed[24];
	struct text text;
	unsigned number = error < 0 ? 0U - (unsigned)error : (unsigned)error;

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
		if ((unsigned)NAMES[i].error == number)
			return NAMES[i].name;
	}
	text_init(&text, unnamed, sizeof(unnamed));
	text_append(&text, "errno ");
	text_append_u64(&text, number);
	return unnamed;
}

/* SPDX-License-Identifier: MIT */
/*
 * A trace event of QEMU's log, behind the time stamp (trace-events of its source tree):
 *
 *	virtio_blk_handle_read vdev 0x562a req 0x562b sector 0 nsectors 8
 *	virtio_blk_req_complete vdev 0x562a req 0x562b status 0
 *	virtio_set_status vdev 0x562a val 15
 *	vm_state_notify running 1 reason 9 (running)
 */
#ifndef PARSE_QEMU_TRACE_H
#define PARSE_QEMU_TRACE_H

#include <stdbool.h>
#include <stdint.h>

enum qemu_trace_kind {
	QEMU_OTHER,   /* an event that is only counted */
	QEMU_REQUEST, /* the guest asks a disk for something */
	QEMU_DONE,    /* of `request` */
	QEMU_STATUS,  /* the guest's driver sets the status of a virtio device */
	QEMU_RUNNING, /* the processors go, or stop */
	QEMU_OUTPUT,  /* a virtio-serial port gives bytes to its file or socket */
};

enum { QEMU_STATUS_DRIVER_OK = 15 };

struct qemu_trace {
	enum qemu_trace_kind kind;
	char event[48];     /* its name */
	char operation[12]; /* QEMU_REQUEST: "read", "write" */
	uint64_t device, request;
	uint64_t offset_bytes, length_bytes;
	uint32_t value; /* the status; whether it runs; of QEMU_DONE: not 0 is an error; the port */
	bool is_end;    /* QEMU_RUNNING: stops because the machine is switched off */
};

/* text: NUL-terminated. False for what is no trace event. */
bool qemu_trace_parse(const char *text, struct qemu_trace *ret);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Tracing begins in a process of its own: that takes a while, in which a PID 1 that gets a signal
 * would stand still for its tracer.
 */
#ifndef RECORDER_TRACING_H
#define RECORDER_TRACING_H

#include "recorder/recorder.h"

/* What comes of it is told by facts->recorder, which is published when it is known. */
void tracing_begin(struct recorder *recorder);
/* Takes it over where it has begun. Returns whether that is news. */
bool tracing_take(struct recorder *recorder);
/* The same, and does not wait any longer. */
void tracing_take_now(struct recorder *recorder);

#endif

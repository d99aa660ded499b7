/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

static void encode_recorder(struct encoding *encoding)
{
	static const char *const STATES[] = {[RECORDER_WATCHING] = "watching",
		[RECORDER_SAW_EXIT] = "exit",
		[RECORDER_SAW_FREEZE] = "frozen",
		[RECORDER_SAW_UP] = "up",
		[RECORDER_TIME_OVER] = "time-over",
		[RECORDER_SAW_SHUTDOWN] = "shutdown",
		[RECORDER_LOST] = "lost"};
	const struct recorder_fact *recorder = &encoding->facts->recorder;
	struct record *record = encoding->record;

	if (!fact_is_known(&recorder->once) || recorder->state == RECORDER_NOT_WANTED)
		return;
	record_begin(record, encoding->report, "recorder");
	record_string(record, "state", STATES[recorder->state % ARRAY_SIZE(STATES)]);
	record_outcome(record, "seize", recorder->seize);
	record_outcome(record, "trace", recorder->trace);
	record_outcome(record, "paths", recorder->paths);
	if (recorder->ended_us)
		record_seconds(record, "ended", recorder->ended_us);
	encoding_end(encoding, recorder);
}

static void encode_calls(struct record *record, const struct pid1_exit_fact *exit)
{
	record_array_begin(record, "calls");
	fact_foreach (call, exit->calls) {
		record_object_begin(record);
		record_u64(record, "pid", call->pid);
		record_text(record, "comm", call->comm);
		record_seconds(record, "at", call->at_us);
		record_text(record, "call", call->name);
		if (!call->name[0])
			record_u64(record, "number", call->number);
		if (call->descriptor >= 0)
			record_i64(record, "descriptor", call->descriptor);
		record_text(record, "path", call->path);
		record_outcome(record, "error", call->error);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_pid1_exit(struct encoding *encoding)
{
	const struct pid1_exit_fact *exit = &encoding->facts->pid1_exit;
	struct record *record = encoding->record;

	if (!fact_is_known(&exit->once))
		return;
	record_begin(record, encoding->report, "pid1");
	record_i64(record, "wait_status", exit->wait_status);
	if (exit->is_frozen)
		record_bool(record, "frozen", true);
	record_seconds(record, "at", exit->at_us);
	record_text(record, "comm", exit->comm);
	record_text(record, "executable", exit->executable);
	record_text(record, "arguments", exit->arguments);
	record_text(record, "message", exit->message);
	record_nonzero(record, "available_bytes", exit->available_bytes);
	record_array_begin(record, "descriptors");
	fact_foreach (descriptor, exit->descriptors)
		encode_descriptor(record, descriptor);
	record_array_end(record);
	encode_calls(record, exit);
	encoding_end(encoding, exit);
}

void encode_recording(struct encoding *encoding)
{
	encode_recorder(encoding);
	encode_progress(encoding);
	encode_pid1_exit(encoding);
}

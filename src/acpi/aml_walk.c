/* SPDX-License-Identifier: MIT */
#include "acpi/aml_walk.h"

#include <errno.h>
#include <string.h>

/* A step is a term or a level of the namespace that a name is looked up in. */
enum { STEPS_MIN = 65536, STEPS_PER_BYTE = 32 };

const char *const aml_reason_texts[AML_REASON_COUNT] = {
	[AML_REASON_NONE] = "no reason",
	[AML_REASON_OPCODE] = "a byte that is no opcode",
	[AML_REASON_TRUNCATED] = "cut off in the middle of an object",
	[AML_REASON_LENGTH] = "a package length that does not fit",
	[AML_REASON_NAME] = "not a name",
	[AML_REASON_NESTING] = "nested too deeply",
	[AML_REASON_NODES] = "too many names",
	[AML_REASON_STEPS] = "too much work for its size",
};

/* The same again in the same scope says nothing new. */
static bool is_noted(struct aml_walk *walk, enum aml_reason reason)
{
	const struct aml_namespace *space = walk->space;
	const struct aml_problem *last;

	if (!space->problem_count || space->problem_count > AML_PROBLEMS_MAX)
		return false;
	last = &space->problems[space->problem_count - 1];
	return last->reason == reason && last->table == walk->table &&
	       last->scope == aml_walk_block(walk)->scope;
}

void aml_walk_note(struct aml_walk *walk, enum aml_reason reason)
{
	struct aml_namespace *space = walk->space;

	walk->problem_count++;
	if (walk->mode != AML_MODE_LOAD || is_noted(walk, reason))
		return;
	if (space->problem_count < AML_PROBLEMS_MAX)
		space->problems[space->problem_count] = (struct aml_problem){
			.scope = aml_walk_block(walk)->scope,
			.table = walk->table,
			.reason = (uint8_t)reason,
			.offset_bytes = walk->at,
		};
	space->problem_count++;
}

void aml_walk_fail(struct aml_walk *walk, enum aml_reason reason)
{
	aml_walk_note(walk, reason);
	walk->at = aml_walk_block(walk)->end;
}

int aml_walk_skip(struct aml_walk *walk, uint32_t count)
{
	if (aml_walk_block(walk)->end - walk->at < count) {
		aml_walk_fail(walk, AML_REASON_TRUNCATED);
		return -ENODATA;
	}
	walk->at += count;
	return 0;
}

int aml_walk_name(struct aml_walk *walk, struct aml_name *ret_name)
{
	const struct aml_block *block = aml_walk_block(walk);
	uint64_t steps = walk->space->nodes[block->scope].depth;
	int result = aml_name_parse(walk->bytes, &walk->at, block->end, ret_name);

	walk->steps_left -= steps < walk->steps_left ? steps : walk->steps_left;
	if (result < 0)
		aml_walk_fail(walk, result == -ENODATA ? AML_REASON_TRUNCATED : AML_REASON_NAME);
	return result;
}

int aml_walk_package(struct aml_walk *walk, uint32_t *ret_end)
{
	uint32_t block_end = aml_walk_block(walk)->end, start = walk->at;
	uint8_t lead;
	uint32_t length, extra;

	if (aml_walk_skip(walk, 1) < 0)
		return -ENODATA;
	lead = walk->bytes[start];
	extra = lead >> 6;
	if (aml_walk_skip(walk, extra) < 0)
		return -ENODATA;

	length = extra ? lead & 0x0f : lead & 0x3f;
	for (uint32_t i = 0; i < extra; i++)
		length |= (uint32_t)walk->bytes[start + 1 + i] << (4 + 8 * i);
	if (length < 1 + extra) {
		walk->at = start;
		aml_walk_fail(walk, AML_REASON_LENGTH);
		return -EBADMSG;
	}
	if (length > block_end - start) {
		aml_walk_note(walk, AML_REASON_LENGTH);
		length = block_end - start;
	}
	*ret_end = start + length;
	return 0;
}

struct aml_block *aml_walk_enter(struct aml_walk *walk, enum aml_block_kind kind)
{
	const struct aml_block *outer = aml_walk_block(walk);
	struct aml_block *block;
	uint32_t end;

	if (aml_walk_package(walk, &end) < 0)
		return NULL;
	if (walk->block_count > AML_NESTING_MAX) {
		aml_walk_note(walk, AML_REASON_NESTING);
		walk->at = end;
		return NULL;
	}
	block = &walk->blocks[walk->block_count++];
	*block = (struct aml_block){
		.end = end,
		.scope = outer->scope,
		.kind = (uint8_t)kind,
		.flags = outer->flags,
		.is_unsure = outer->is_unsure,
		.call_base = (uint8_t)walk->call_count,
		.is_term_pending = kind >= BLOCK_IF,
	};
	return block;
}

void aml_walk_end_calls(struct aml_walk *walk)
{
	walk->call_count = aml_walk_block(walk)->call_base;
}

/* Takes the arguments of a call that are not terms. Returns whether the call wants another term;
 * false also when the block was left. */
static bool wants_term(struct aml_walk *walk, struct aml_call *call)
{
	if (!call->opcode)
		return call->at < call->count;

	for (; call->at < AML_ARGUMENTS_MAX; call->at++) {
		uint8_t argument = call->opcode->arguments[call->at];

		if (argument == ARGUMENT_NONE)
			return false;
		if (argument == ARGUMENT_NEW_NAME) {
			if (aml_declare_buffer_field(walk) < 0)
				return false;
		} else if (argument <= ARGUMENT_DWORD) {
			if (aml_walk_skip(walk, argument) < 0)
				return false;
		} else {
			return true;
		}
	}
	return false;
}

static void store_name_value(struct aml_walk *walk, const struct aml_call *call)
{
	struct aml_node *node = &walk->space->nodes[call->node];
	const struct aml_operand *value = &call->operands[0];

	if (!call->node)
		return;
	if (value->is_literal) {
		node->type = value->type;
		node->integer = value->integer;
	} else if (value->node) {
		node->type = AML_REFERENCE;
	}
}

/* The effects of a complete call on the walk itself. */
static void finish_call(struct aml_walk *walk, const struct aml_call *call)
{
	const struct aml_opcode *opcode = call->opcode;

	if (!opcode || walk->mode != AML_MODE_LOAD)
		return;
	if (opcode->form == FORM_DECLARATION && opcode->type == AML_UNTYPED)
		store_name_value(walk, call);
	else if (opcode->detail == OPERATION_RETURN && opcode->form == FORM_STATEMENT &&
		 !(aml_walk_block(walk)->flags & AML_UNTAKEN))
		walk->tail_flags = AML_CONDITIONAL | AML_UNTAKEN;
}

/* The leading term of the innermost block has come. Returns true when the block is done and has
 * become *operand, an argument of the block around it. */
static bool finish_leading_term(struct aml_walk *walk, struct aml_operand *operand)
{
	struct aml_block *block = aml_walk_block(walk);
	bool is_true = aml_value_is_true(operand);

	block->is_term_pending = false;
	switch (block->kind) {
	case BLOCK_IF:
		/* an unknown name in the condition skips both branches */
		block[-1].is_else_taken = !is_true && operand->type != AML_ABSENT;
		block[-1].is_else_unsure = aml_value_is_guess(operand);
		/* fall through */
	case BLOCK_WHILE:
		block->is_unsure |= aml_value_is_guess(operand);
		if (!is_true)
			block->flags |= AML_UNTAKEN;
		return false;
	case BLOCK_BUFFER:
		*operand = (struct aml_operand){
			.type = AML_BUFFER,
			.is_literal = true,
			.start = walk->at,
			.end = block->end,
		};
		walk->at = block->end;
		walk->block_count--;
		return true;
	default:
		aml_declare_bank(walk);
		return false;
	}
}

/* Hands a value to whatever waits for one. */
static void deliver(struct aml_walk *walk, struct aml_operand operand)
{
	for (;;) {
		struct aml_block *block = aml_walk_block(walk);
		struct aml_call *call;

		if (walk->call_count == block->call_base) {
			if (!block->is_term_pending || !finish_leading_term(walk, &operand))
				return;
			continue;
		}
		call = &walk->calls[walk->call_count - 1];
		if (call->at < 2)
			call->operands[call->at] = operand;
		call->at++;
		if (wants_term(walk, call))
			return;
		walk->call_count--;
		finish_call(walk, call);
		operand = aml_value_of(walk, call);
	}
}

void aml_walk_call(struct aml_walk *walk, const struct aml_opcode *opcode, uint16_t node,
	uint8_t argument_count)
{
	struct aml_call *call;

	if (walk->call_count == AML_CALLS_MAX)
		aml_walk_end_calls(walk);
	if (walk->call_count == AML_CALLS_MAX)
		return;

	call = &walk->calls[walk->call_count];
	*call = (struct aml_call){.opcode = opcode, .node = node, .count = argument_count};
	if (wants_term(walk, call)) {
		walk->call_count++;
		return;
	}
	finish_call(walk, call);
	deliver(walk, aml_value_of(walk, call));
}

static uint8_t expected_argument(struct aml_walk *walk)
{
	const struct aml_call *call;

	if (walk->call_count == aml_walk_block(walk)->call_base)
		return ARGUMENT_TERM;
	call = &walk->calls[walk->call_count - 1];
	return call->opcode ? call->opcode->arguments[call->at] : (uint8_t)ARGUMENT_TERM;
}

static void mark_written(struct aml_walk *walk, uint16_t node)
{
	if (node && walk->mode != AML_MODE_CHECK)
		walk->space->nodes[node].flags |= AML_PATCHED;
}

/* Whether an interpreter would look for a name in vain. One that only an untaken branch declares
 * may be there after all. */
static bool is_unresolved(const struct aml_namespace *space, int node)
{
	const struct aml_node *object = &space->nodes[node < 0 ? AML_ROOT : node];

	if (node < 0 || object->type == AML_EXTERNAL)
		return true;
	return (object->flags & (AML_UNTAKEN | AML_CONDITIONAL)) == AML_UNTAKEN;
}

/* Only CondRefOf may name what is not there. */
static bool is_asked_for(const struct aml_walk *walk)
{
	const struct aml_call *call = &walk->calls[walk->call_count];

	return walk->call_count > walk->blocks[walk->block_count - 1].call_base &&
	       call[-1].opcode && call[-1].opcode->form == FORM_EXPRESSION &&
	       call[-1].opcode->detail == OPERATION_EXISTS;
}

/* Whether an interpreter runs what is in hand, as far as can be told. */
static bool is_run(struct aml_walk *walk, const struct aml_block *block)
{
	/* a name that is unknown may well stand in what could not be read, or was not given */
	return walk->mode == AML_MODE_LOAD && !walk->space->problem_count &&
	       walk->space->has_dsdt && !block->is_unsure &&
	       !((block->flags | walk->tail_flags) & AML_UNTAKEN);
}

/* A term names an object that is not there. The kernel's interpreter then goes on with the table,
 * but forgets which scopes are open: what follows lands in the innermost of them, even behind its
 * end. It skips the rest of the innermost If or While, and runs the Else of those around it. The
 * kernel's paths are the ones to match (seen in Linux 6.1 and 6.12). */
static void lose_scopes(struct aml_walk *walk)
{
	const struct aml_block *current = aml_walk_block(walk);
	uint16_t scope = current->scope;
	bool is_skipping = false;

	if (!is_run(walk, current))
		return;
	for (uint32_t i = walk->block_count; i-- > 0;) {
		struct aml_block *block = &walk->blocks[i];

		block->scope = scope;
		block->is_astray = false;
		if (block->kind != BLOCK_IF && block->kind != BLOCK_WHILE)
			continue;
		block[-1].is_else_taken = is_skipping;
		for (uint32_t k = i; !is_skipping && k < walk->block_count; k++)
			walk->blocks[k].flags |= AML_UNTAKEN;
		is_skipping = true;
	}
}

/* The same interpreter does not notice the end of a scope behind a declaration that it refuses:
 * the one statement that follows still belongs to that scope. */
void aml_walk_refuse(struct aml_walk *walk)
{
	const struct aml_block *refused = aml_walk_block(walk), *outer = refused - 1;

	if (refused->end != outer->end || !is_run(walk, outer))
		return;
	walk->stray_at = refused->end;
	walk->stray_scope = outer->scope;
}

static void begin_statement(struct aml_walk *walk)
{
	struct aml_block *block = aml_walk_block(walk);

	if (walk->call_count > block->call_base || block->is_term_pending)
		return;
	if (block->is_astray)
		block->scope = block->home_scope;
	else
		block->home_scope = block->scope;
	block->is_astray = walk->at == walk->stray_at;
	if (block->is_astray)
		block->scope = walk->stray_scope;
}

static bool is_called(const struct aml_node *object)
{
	return object->type == AML_METHOD || object->argument_count;
}

static void take_name(struct aml_walk *walk)
{
	uint8_t expected = expected_argument(walk);
	struct aml_operand operand = {.type = AML_ABSENT};
	struct aml_name name;
	int node;

	if (aml_walk_name(walk, &name) < 0)
		return;
	if (name.is_irregular) {
		walk->at = (uint32_t)(name.segments - walk->bytes);
		aml_walk_fail(walk, AML_REASON_NAME);
		return;
	}
	node = aml_name_resolve(walk->space, aml_walk_block(walk)->scope, &name);
	if (is_unresolved(walk->space, node) && !is_asked_for(walk))
		lose_scopes(walk);
	if (node > AML_ROOT) {
		uint16_t object = aml_node_follow(walk->space, (uint16_t)node);
		const struct aml_node *target = &walk->space->nodes[object];

		if (expected == ARGUMENT_TARGET || expected == ARGUMENT_SOURCE)
			mark_written(walk, object);
		if (is_called(target) && expected != ARGUMENT_TARGET &&
			expected != ARGUMENT_REFERENCE) {
			aml_walk_call(walk, NULL, object, target->argument_count);
			return;
		}
		operand = aml_value_of_node(walk->space, object);
	}
	deliver(walk, operand);
}

static void take_integer(struct aml_walk *walk, uint32_t start, uint8_t width)
{
	struct aml_operand operand = {.type = AML_INTEGER, .is_literal = true};

	if (aml_walk_skip(walk, width) < 0)
		return;
	operand.integer = aml_value_constant(walk->bytes, start, width);
	if (walk->space->is_32_bit)
		operand.integer &= UINT32_MAX;
	deliver(walk, operand);
}

static void take_string(struct aml_walk *walk)
{
	uint32_t start = walk->at, room = aml_walk_block(walk)->end - start;
	const uint8_t *nul = memchr(walk->bytes + start, 0, room);

	if (!nul) {
		aml_walk_fail(walk, AML_REASON_TRUNCATED);
		return;
	}
	walk->at = (uint32_t)(nul - walk->bytes) + 1;
	deliver(walk, (struct aml_operand){.type = AML_STRING,
			      .is_literal = true,
			      .start = start,
			      .end = walk->at - 1});
}

/* Elements of a package are data and names: nothing in them declares or calls. */
static void take_package(struct aml_walk *walk, uint32_t start)
{
	uint32_t end;

	if (aml_walk_package(walk, &end) < 0)
		return;
	walk->at = end;
	deliver(walk, (struct aml_operand){
			      .type = AML_PACKAGE, .is_literal = true, .start = start, .end = end});
}

static void take_branch(struct aml_walk *walk, enum aml_branch_kind kind)
{
	static const uint8_t block_kinds[] = {
		[BRANCH_IF] = BLOCK_IF, [BRANCH_ELSE] = BLOCK_ELSE, [BRANCH_WHILE] = BLOCK_WHILE};
	struct aml_block *outer = aml_walk_block(walk);
	struct aml_block *block = aml_walk_enter(walk, block_kinds[kind]);

	if (!block)
		return;
	block->flags |= AML_CONDITIONAL;
	if (kind != BRANCH_ELSE)
		return;
	block->is_unsure |= outer->is_else_unsure;
	if (!outer->is_else_taken)
		block->flags |= AML_UNTAKEN;
}

static void take_opcode(struct aml_walk *walk)
{
	uint32_t start = walk->at;
	const struct aml_opcode *opcode = aml_opcode_find(walk->bytes[walk->at++]);

	if (walk->bytes[start] == AML_EXTENDED_PREFIX) {
		if (aml_walk_skip(walk, 1) < 0)
			return;
		opcode = aml_opcode_find_extended(walk->bytes[start + 1]);
	}
	switch (opcode->form) {
	case FORM_BAD:
		walk->at = start;
		aml_walk_fail(walk, AML_REASON_OPCODE);
		return;
	case FORM_INTEGER:
		take_integer(walk, start, opcode->detail);
		return;
	case FORM_STRING:
		take_string(walk);
		return;
	case FORM_NAME:
		walk->at = start;
		take_name(walk);
		return;
	case FORM_BUFFER:
		(void)aml_walk_enter(walk, BLOCK_BUFFER);
		return;
	case FORM_PACKAGE:
		take_package(walk, start);
		return;
	case FORM_EXPRESSION:
		aml_walk_call(walk, opcode, 0, 0);
		return;
	default:
		aml_walk_end_calls(walk);
	}
	if (opcode->form == FORM_BRANCH)
		take_branch(walk, opcode->detail);
	else if (opcode->form == FORM_STATEMENT)
		aml_walk_call(walk, opcode, 0, 0);
	else
		aml_declare(walk, opcode);
}

static bool is_declaration_pending(const struct aml_walk *walk, const struct aml_block *block)
{
	const struct aml_call *call;

	if (walk->call_count == block->call_base)
		return false;
	call = &walk->calls[walk->call_count - 1];
	return call->opcode && call->opcode->form == FORM_DECLARATION;
}

static void leave_block(struct aml_walk *walk)
{
	struct aml_block *block = aml_walk_block(walk);

	if (block->is_term_pending || is_declaration_pending(walk, block))
		aml_walk_note(walk, AML_REASON_TRUNCATED);
	walk->call_count = block->call_base;
	walk->block_count--;
	/* a buffer that is broken still is an argument */
	if (walk->block_count && block->is_term_pending && block->kind == BLOCK_BUFFER)
		deliver(walk, (struct aml_operand){.type = AML_UNTYPED});
}

uint32_t aml_walk_run(
	struct aml_walk *walk, uint16_t scope, uint8_t flags, uint32_t start, uint32_t end)
{
	walk->at = start;
	walk->blocks[0] = (struct aml_block){.end = end, .scope = scope, .flags = flags};
	walk->block_count = 1;
	walk->stray_at = 0;
	walk->steps_left = STEPS_MIN + STEPS_PER_BYTE * (uint64_t)(end - start);

	while (walk->block_count) {
		if (walk->at >= aml_walk_block(walk)->end) {
			leave_block(walk);
			continue;
		}
		if (!walk->steps_left) {
			walk->block_count = 1;
			walk->call_count = 0;
			aml_walk_fail(walk, AML_REASON_STEPS);
			continue;
		}
		walk->steps_left--;
		begin_statement(walk);
		take_opcode(walk);
	}
	return walk->problem_count;
}

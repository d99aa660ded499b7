/* SPDX-License-Identifier: MIT */
#include "acpi/aml_walk.h"

#include <errno.h>
#include <string.h>

#include "acpi/bytes.h"

enum { ZERO_OP = 0x00, ONE_OP = 0x01, RETURN_OP = 0xa4 };

uint64_t aml_value_constant(const uint8_t *bytes, uint32_t at, unsigned width)
{
	if (width)
		return bytes_get(bytes + at + 1, width);
	if (bytes[at] == ZERO_OP || bytes[at] == ONE_OP)
		return bytes[at];
	return UINT64_MAX;
}

struct aml_operand aml_value_of_node(const struct aml_namespace *space, uint16_t node)
{
	const struct aml_node *object = &space->nodes[node];
	struct aml_operand operand = {.type = object->type, .node = node};

	if (object->type == AML_EXTERNAL || object->flags & AML_UNTAKEN)
		operand.type = AML_ABSENT;
	else if (object->type == AML_INTEGER)
		operand.integer = object->integer;
	return operand;
}

static uint64_t integer_of(const struct aml_operand *operand)
{
	return operand->type == AML_INTEGER ? operand->integer : 0;
}

bool aml_value_is_true(const struct aml_operand *operand)
{
	return integer_of(operand) != 0;
}

static uint64_t truth(bool value)
{
	return value ? UINT64_MAX : 0;
}

static uint64_t shift(uint64_t value, uint64_t left, uint64_t right)
{
	if (left > 63 || right > 63)
		return 0;
	return value << left >> right;
}

static uint64_t compute(enum aml_operation operation, uint64_t a, uint64_t b)
{
	switch (operation) {
	case OPERATION_ADD:
		return a + b;
	case OPERATION_SUBTRACT:
		return a - b;
	case OPERATION_MULTIPLY:
		return a * b;
	case OPERATION_AND:
		return a & b;
	case OPERATION_OR:
		return a | b;
	case OPERATION_XOR:
		return a ^ b;
	case OPERATION_NOT:
		return ~a;
	case OPERATION_SHIFT_LEFT:
		return shift(a, b, 0);
	case OPERATION_SHIFT_RIGHT:
		return shift(a, 0, b);
	case OPERATION_LAND:
		return truth(a && b);
	case OPERATION_LOR:
		return truth(a || b);
	case OPERATION_LNOT:
		return truth(!a);
	case OPERATION_LEQUAL:
		return truth(a == b);
	case OPERATION_LGREATER:
		return truth(a > b);
	case OPERATION_LLESS:
		return truth(a < b);
	default:
		return a;
	}
}

/* \_OSI (section 5.7.2): every system claims to be every Windows. */
static uint64_t call_osi(const struct aml_walk *walk, const struct aml_operand *name)
{
	static const char windows[] = "Windows";

	return truth(name->type == AML_STRING && name->is_literal &&
		     name->end - name->start >= sizeof(windows) - 1 &&
		     memcmp(walk->bytes + name->start, windows, sizeof(windows) - 1) == 0);
}

/* A method that begins by returning a constant is that constant; of others nothing is known, and
 * the result is -ENOENT. */
static int call_method(
	const struct aml_walk *walk, const struct aml_call *call, uint64_t *ret_value)
{
	const struct aml_namespace *space = walk->space;
	const struct aml_node *method = &space->nodes[call->node];
	const struct aml_opcode *opcode;
	const uint8_t *bytes;

	if (call->node == aml_node_find(space, AML_ROOT, "_OSI")) {
		*ret_value = call_osi(walk, &call->operands[0]);
		return 0;
	}
	if (method->type != AML_METHOD || method->table >= space->table_count ||
		method->end - method->start < 2)
		return -ENOENT;
	bytes = space->tables[method->table].bytes;
	opcode = aml_opcode_find(bytes[method->start + 1]);
	if (bytes[method->start] != RETURN_OP || opcode->form != FORM_INTEGER ||
		method->end - method->start < 2U + opcode->detail)
		return -ENOENT;
	*ret_value = aml_value_constant(bytes, method->start + 1, opcode->detail);
	return 0;
}

/* A name that leads nowhere spoils the whole expression. */
static bool has_unknown_name(const struct aml_call *call)
{
	for (uint8_t i = 0; i < call->at && i < 2; i++)
		if (call->operands[i].type == AML_ABSENT)
			return true;
	return false;
}

/* Fields read zero; objects of other types may mean any number. */
bool aml_value_is_guess(const struct aml_operand *operand)
{
	bool is_number = operand->type == AML_INTEGER || operand->type == AML_REGION_FIELD ||
			 operand->type == AML_INDEX_FIELD || operand->type == AML_BANK_FIELD;

	return operand->is_unsure || !is_number;
}

static struct aml_operand operate(const struct aml_call *call, uint8_t operation)
{
	const struct aml_operand *a = &call->operands[0], *b = &call->operands[1];

	if (operation == OPERATION_UNKNOWN)
		return (struct aml_operand){.type = AML_INTEGER, .is_unsure = true};
	return (struct aml_operand){
		.type = AML_INTEGER,
		.is_unsure = aml_value_is_guess(a) || (call->at > 1 && aml_value_is_guess(b)),
		.integer = compute(operation, integer_of(a), integer_of(b)),
	};
}

struct aml_operand aml_value_of(const struct aml_walk *walk, const struct aml_call *call)
{
	struct aml_operand result = {.type = AML_INTEGER};
	uint8_t operation = OPERATION_UNKNOWN;

	if (call->opcode && call->opcode->form == FORM_EXPRESSION)
		operation = call->opcode->detail;
	if (operation == OPERATION_EXISTS)
		result.integer = truth(call->operands[0].type != AML_ABSENT);
	else if (has_unknown_name(call))
		result.type = AML_ABSENT;
	else if (!call->opcode)
		result.is_unsure = call_method(walk, call, &result.integer) < 0;
	else
		result = operate(call, operation);
	if (walk->space->is_32_bit)
		result.integer &= UINT32_MAX;
	return result;
}

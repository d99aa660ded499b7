/* SPDX-License-Identifier: MIT */
#include "acpi/aml_opcode.h"

#include "acpi/aml.h"

#define T ARGUMENT_TERM
#define S ARGUMENT_SOURCE
#define R ARGUMENT_REFERENCE
#define W ARGUMENT_TARGET
#define N ARGUMENT_NEW_NAME
#define BYTE ARGUMENT_BYTE
#define WORD ARGUMENT_WORD
#define DWORD ARGUMENT_DWORD

#define NAME .form = FORM_NAME
#define INTEGER(width) .form = FORM_INTEGER, .detail = (width)
#define EXPRESSION(operation, ...) \
	.form = FORM_EXPRESSION, .detail = OPERATION_##operation, .arguments = {__VA_ARGS__}
#define STATEMENT(...) .form = FORM_STATEMENT, .arguments = {__VA_ARGS__}
#define CREATE_FIELD(...) \
	.form = FORM_STATEMENT, .type = AML_BUFFER_FIELD, .arguments = {__VA_ARGS__}
#define DECLARATION(what, bytes, ...) \
	.form = FORM_DECLARATION, .type = (what), .detail = (bytes), .arguments = {__VA_ARGS__}
#define BODY(what, bytes) .form = FORM_BODY, .type = (what), .detail = (bytes)
#define FIELD(what, names) .form = FORM_FIELD, .type = (what), .detail = (names)
#define BRANCH(kind) .form = FORM_BRANCH, .detail = BRANCH_##kind

static const struct aml_opcode plain[256] = {
	[0x00] = {INTEGER(0)},
	[0x01] = {INTEGER(0)},
	[0x06] = {.form = FORM_ALIAS, .type = AML_ALIAS},
	[0x08] = {DECLARATION(AML_UNTYPED, 0, T)},
	[0x0a] = {INTEGER(1)},
	[0x0b] = {INTEGER(2)},
	[0x0c] = {INTEGER(4)},
	[0x0d] = {.form = FORM_STRING},
	[0x0e] = {INTEGER(8)},
	[0x10] = {.form = FORM_SCOPE},
	[0x11] = {.form = FORM_BUFFER},
	[0x12 ... 0x13] = {.form = FORM_PACKAGE},
	[0x14] = {.form = FORM_METHOD, .type = AML_METHOD},
	[0x15] = {.form = FORM_EXTERNAL, .type = AML_EXTERNAL},
	[0x2e ... 0x2f] = {NAME},
	['A' ... 'Z'] = {NAME},
	['\\'] = {NAME},
	['^'] = {NAME},
	['_'] = {NAME},
	[0x60 ... 0x6e] = {EXPRESSION(UNKNOWN)}, /* LocalX, ArgX */
	[0x70] = {EXPRESSION(SAME, T, W)},       /* Store */
	[0x71] = {EXPRESSION(UNKNOWN, R)},       /* RefOf */
	[0x72] = {EXPRESSION(ADD, T, T, W)},
	[0x73] = {EXPRESSION(UNKNOWN, T, T, W)}, /* Concatenate */
	[0x74] = {EXPRESSION(SUBTRACT, T, T, W)},
	[0x75] = {EXPRESSION(UNKNOWN, W)}, /* Increment */
	[0x76] = {EXPRESSION(UNKNOWN, W)}, /* Decrement */
	[0x77] = {EXPRESSION(MULTIPLY, T, T, W)},
	[0x78] = {EXPRESSION(UNKNOWN, T, T, W, W)}, /* Divide */
	[0x79] = {EXPRESSION(SHIFT_LEFT, T, T, W)},
	[0x7a] = {EXPRESSION(SHIFT_RIGHT, T, T, W)},
	[0x7b] = {EXPRESSION(AND, T, T, W)},
	[0x7c] = {EXPRESSION(UNKNOWN, T, T, W)}, /* NAnd */
	[0x7d] = {EXPRESSION(OR, T, T, W)},
	[0x7e] = {EXPRESSION(UNKNOWN, T, T, W)}, /* NOr */
	[0x7f] = {EXPRESSION(XOR, T, T, W)},
	[0x80] = {EXPRESSION(NOT, T, W)},
	[0x81 ... 0x82] = {EXPRESSION(UNKNOWN, T, W)},    /* FindSetLeftBit, FindSetRightBit */
	[0x83] = {EXPRESSION(UNKNOWN, T)},                /* DerefOf */
	[0x84 ... 0x85] = {EXPRESSION(UNKNOWN, T, T, W)}, /* ConcatenateResTemplate, Mod */
	[0x86] = {STATEMENT(T, T)},                       /* Notify */
	[0x87] = {EXPRESSION(UNKNOWN, T)},                /* SizeOf */
	[0x88] = {EXPRESSION(UNKNOWN, T, T, W)},          /* Index */
	[0x89] = {EXPRESSION(UNKNOWN, T, BYTE, T, BYTE, T, T)}, /* Match */
	[0x8a ... 0x8d] = {CREATE_FIELD(S, T, N)}, /* Create{DWord,Word,Byte,Bit}Field */
	[0x8e] = {EXPRESSION(UNKNOWN, R)},         /* ObjectType */
	[0x8f] = {CREATE_FIELD(S, T, N)},
	[0x90] = {EXPRESSION(LAND, T, T)},
	[0x91] = {EXPRESSION(LOR, T, T)},
	[0x92] = {EXPRESSION(LNOT, T)},
	[0x93] = {EXPRESSION(LEQUAL, T, T)},
	[0x94] = {EXPRESSION(LGREATER, T, T)},
	[0x95] = {EXPRESSION(LLESS, T, T)},
	[0x96] = {EXPRESSION(UNKNOWN, T, W)},          /* ToBuffer */
	[0x97 ... 0x98] = {EXPRESSION(UNKNOWN, T, W)}, /* ToDecimalString, ToHexString */
	[0x99] = {EXPRESSION(SAME, T, W)},             /* ToInteger */
	[0x9c] = {EXPRESSION(UNKNOWN, T, T, W)},       /* ToString */
	[0x9d] = {EXPRESSION(SAME, T, W)},             /* CopyObject */
	[0x9e] = {EXPRESSION(UNKNOWN, T, T, T, W)},    /* Mid */
	[0x9f] = {STATEMENT(ARGUMENT_NONE)},           /* Continue */
	[0xa0] = {BRANCH(IF)},
	[0xa1] = {BRANCH(ELSE)},
	[0xa2] = {BRANCH(WHILE)},
	[0xa3] = {STATEMENT(ARGUMENT_NONE)}, /* Noop */
	[0xa4] = {.form = FORM_STATEMENT, .detail = OPERATION_RETURN, .arguments = {T}},
	[0xa5] = {STATEMENT(ARGUMENT_NONE)}, /* Break */
	[0xcc] = {STATEMENT(ARGUMENT_NONE)}, /* BreakPoint */
	[0xff] = {INTEGER(0)},
};

static const struct aml_opcode extended[] = {
	[0x01] = {DECLARATION(AML_MUTEX, 1, ARGUMENT_NONE)},
	[0x02] = {DECLARATION(AML_EVENT, 0, ARGUMENT_NONE)},
	[0x12] = {EXPRESSION(EXISTS, R, W)},              /* CondRefOf */
	[0x13] = {CREATE_FIELD(S, T, T, N)},              /* CreateField */
	[0x1f] = {EXPRESSION(UNKNOWN, T, T, T, T, T, T)}, /* LoadTable */
	[0x20] = {EXPRESSION(UNKNOWN, R, W)},             /* Load */
	[0x21 ... 0x22] = {STATEMENT(T)},                 /* Stall, Sleep */
	[0x23] = {EXPRESSION(UNKNOWN, T, WORD)},          /* Acquire */
	[0x24] = {STATEMENT(T)},                          /* Signal */
	[0x25] = {EXPRESSION(UNKNOWN, T, T)},             /* Wait */
	[0x26 ... 0x27] = {STATEMENT(T)},                 /* Reset, Release */
	[0x28 ... 0x29] = {EXPRESSION(UNKNOWN, T, W)},    /* FromBCD, ToBCD */
	[0x2a] = {STATEMENT(T)},                          /* Unload */
	[0x30 ... 0x31] = {EXPRESSION(UNKNOWN)},          /* Revision, Debug */
	[0x32] = {STATEMENT(BYTE, DWORD, T)},             /* Fatal */
	[0x33] = {EXPRESSION(UNKNOWN)},                   /* Timer */
	[0x80] = {DECLARATION(AML_REGION, 1, T, T)},
	[0x81] = {FIELD(AML_REGION_FIELD, 1)},
	[0x82] = {BODY(AML_DEVICE, 0)},
	[0x83] = {BODY(AML_PROCESSOR, 6)},
	[0x84] = {BODY(AML_POWER, 3)},
	[0x85] = {BODY(AML_THERMAL, 0)},
	[0x86] = {FIELD(AML_INDEX_FIELD, 2)},
	[0x87] = {FIELD(AML_BANK_FIELD, 2)},
	[0x88] = {DECLARATION(AML_REGION, 0, T, T, T)}, /* DataTableRegion */
};

const struct aml_opcode *aml_opcode_find(uint8_t byte)
{
	return &plain[byte];
}

const struct aml_opcode *aml_opcode_find_extended(uint8_t byte)
{
	return byte < sizeof(extended) / sizeof(extended[0]) ? &extended[byte] : &plain[0x02];
}

/* SPDX-License-Identifier: MIT */
/*
 * The AML opcodes (ACPI 6.5, section 20.3) and what stands behind each of them (section 20.2.5).
 */
#ifndef ACPI_AML_OPCODE_H
#define ACPI_AML_OPCODE_H

#include <stdint.h>

enum aml_form {
	FORM_BAD = 0,
	/* terms: they have a value and may be arguments */
	FORM_INTEGER, /* detail: the width of the constant in bytes; 0 for Zero, One and Ones */
	FORM_STRING,
	FORM_NAME,
	FORM_EXPRESSION, /* detail: enum aml_operation */
	FORM_BUFFER,
	FORM_PACKAGE,
	/* statements and declarations: never an argument */
	FORM_STATEMENT,
	FORM_DECLARATION, /* a name of that type, detail bytes, arguments */
	FORM_BODY,        /* a package: a name of that type, detail bytes, declarations */
	FORM_SCOPE,
	FORM_METHOD,
	FORM_ALIAS,
	FORM_EXTERNAL,
	FORM_FIELD,  /* detail: the names in front of the flags */
	FORM_BRANCH, /* detail: enum aml_branch_kind */
};

enum aml_branch_kind { BRANCH_IF, BRANCH_ELSE, BRANCH_WHILE };

enum aml_operation {
	OPERATION_UNKNOWN = 0, /* the value needs execution */
	OPERATION_ADD,
	OPERATION_SUBTRACT,
	OPERATION_MULTIPLY,
	OPERATION_AND,
	OPERATION_OR,
	OPERATION_XOR,
	OPERATION_NOT,
	OPERATION_SHIFT_LEFT,
	OPERATION_SHIFT_RIGHT,
	OPERATION_LAND,
	OPERATION_LOR,
	OPERATION_LNOT,
	OPERATION_LEQUAL,
	OPERATION_LGREATER,
	OPERATION_LLESS,
	OPERATION_SAME, /* the value of the first argument */
	OPERATION_EXISTS,
	OPERATION_NAME,
	OPERATION_RETURN,
};

enum aml_argument {
	ARGUMENT_NONE = 0,
	ARGUMENT_BYTE = 1, /* these three are their own size */
	ARGUMENT_WORD = 2,
	ARGUMENT_DWORD = 4,
	ARGUMENT_TERM,      /* a name that is a method takes arguments */
	ARGUMENT_SOURCE,    /* a term; a name becomes the backing of a buffer field */
	ARGUMENT_REFERENCE, /* a name stands for itself */
	ARGUMENT_TARGET,    /* the same, and is written to; may be a null name */
	ARGUMENT_NEW_NAME,  /* declares a buffer field */
};

enum { AML_ARGUMENTS_MAX = 6 };

struct aml_opcode {
	uint8_t form;
	uint8_t type; /* enum aml_type */
	uint8_t detail;
	uint8_t arguments[AML_ARGUMENTS_MAX];
};

enum { AML_EXTENDED_PREFIX = 0x5b };

/* Never NULL; FORM_BAD for a byte that begins nothing. */
const struct aml_opcode *aml_opcode_find(uint8_t byte);
const struct aml_opcode *aml_opcode_find_extended(uint8_t byte);

#endif

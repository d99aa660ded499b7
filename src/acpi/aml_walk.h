/* SPDX-License-Identifier: MIT */
/*
 * The walk over one table: state shared by the files that make it up.
 *
 * Two explicit stacks replace recursion. A block is a package whose contents are in hand; a call
 * is an operator whose arguments are still coming. AML is prefix notation, so an argument that
 * finds no call to belong to (the arity of a method was not known) is a statement without effect,
 * and a declaration or statement in the middle of a call ends the call.
 */
#ifndef ACPI_AML_WALK_H
#define ACPI_AML_WALK_H

#include "acpi/aml.h"
#include "acpi/aml_name.h"
#include "acpi/aml_opcode.h"

enum {
	AML_HEADER_BYTES = 36,
	AML_CALLS_MAX = 64, /* deeper calls forget the outer ones */
};

enum aml_mode {
	AML_MODE_LOAD,
	AML_MODE_CHECK, /* declares nothing, writes no problems */
	AML_MODE_SCAN,  /* a method body: looks for writes only */
};

enum aml_block_kind {
	BLOCK_DECLARATIONS,
	BLOCK_ELSE,
	/* these begin with a term */
	BLOCK_IF,
	BLOCK_WHILE,
	BLOCK_BUFFER,
	BLOCK_BANK,
};

struct aml_block {
	uint32_t end;
	uint16_t scope;       /* node */
	uint8_t kind;         /* enum aml_block_kind */
	uint8_t flags;        /* enum aml_flag: what declarations in here bear */
	uint8_t call_base;    /* the calls of this block lie above */
	bool is_term_pending; /* the leading term has not come */
	bool is_astray;       /* scope is of another block, for one statement */
	uint16_t home_scope;  /* to go back to then */
	bool is_unsure;       /* inside a branch whose condition only execution can tell */
	bool is_else_unsure;
	bool is_else_taken; /* what the last If in this block leaves to its Else */
};

/* What a term comes to, if that can be told without executing. */
struct aml_operand {
	uint8_t type; /* enum aml_type; AML_ABSENT: a name that leads nowhere */
	bool is_literal;
	bool is_unsure; /* integer is a guess even if every field reads zero */
	uint16_t node;  /* the object that the name means; 0: not a name */
	union {
		uint64_t integer;
		struct {
			uint32_t start, end;
		};
	};
};

struct aml_call {
	const struct aml_opcode *opcode; /* NULL: a method */
	uint16_t node;                   /* the method, or the name that is declared */
	uint8_t count;                   /* arguments of a method */
	uint8_t at;                      /* next argument */
	struct aml_operand operands[2];  /* the first two */
};

struct aml_walk {
	struct aml_namespace *space;
	const uint8_t *bytes;
	uint32_t at;
	uint8_t table;
	uint8_t mode;      /* enum aml_mode */
	uint32_t stray_at; /* the statement at this offset belongs to stray_scope; 0: none */
	uint16_t stray_scope;
	uint8_t tail_flags; /* AML_CONDITIONAL | AML_UNTAKEN behind a Return */
	uint64_t steps_left;
	uint32_t problem_count;
	uint32_t block_count;
	uint32_t call_count;
	struct aml_block blocks[AML_NESTING_MAX + 1];
	struct aml_call calls[AML_CALLS_MAX];
};

static inline struct aml_block *aml_walk_block(struct aml_walk *walk)
{
	return &walk->blocks[walk->block_count - 1];
}

/* Walks bytes[start..end) of a table. Returns the number of problems met. */
uint32_t aml_walk_run(
	struct aml_walk *walk, uint16_t scope, uint8_t flags, uint32_t start, uint32_t end);

/* Records that the innermost block is not known from here on, and leaves it. */
void aml_walk_fail(struct aml_walk *walk, enum aml_reason reason);
/* Records a problem and goes on. */
void aml_walk_note(struct aml_walk *walk, enum aml_reason reason);

/* The readers take bytes from the innermost block. On failure they return a negative errno,
 * and the block has been left with a note. */
int aml_walk_skip(struct aml_walk *walk, uint32_t count);
int aml_walk_name(struct aml_walk *walk, struct aml_name *ret_name);
/* A PkgLength (section 20.2.4): where the package ends, at most where its block ends. */
int aml_walk_package(struct aml_walk *walk, uint32_t *ret_end);
/* The same, then makes that package the innermost block. */
struct aml_block *aml_walk_enter(struct aml_walk *walk, enum aml_block_kind kind);

/* The declaration whose package is the innermost block fails in an interpreter: its name is taken,
 * or what it belongs to is not there. */
void aml_walk_refuse(struct aml_walk *walk);

/* A declaration or statement: the calls of the block will get no more arguments. */
void aml_walk_end_calls(struct aml_walk *walk);
/* Begins an operator; a call that needs no arguments is complete at once. */
void aml_walk_call(struct aml_walk *walk, const struct aml_opcode *opcode, uint16_t node,
	uint8_t argument_count);

/* Declarations (section 20.2.5.1 and 20.2.5.2): the opcode has been read. */
void aml_declare(struct aml_walk *walk, const struct aml_opcode *opcode);
/* A buffer field's name at the end of its CreateField. Returns 0 or a negative errno. */
int aml_declare_buffer_field(struct aml_walk *walk);
/* The rest of a BankField, behind the bank value. */
void aml_declare_bank(struct aml_walk *walk);

/* The value of an operator whose arguments are complete. */
struct aml_operand aml_value_of(const struct aml_walk *walk, const struct aml_call *call);
struct aml_operand aml_value_of_node(const struct aml_namespace *space, uint16_t node);
bool aml_value_is_true(const struct aml_operand *operand);
/* Whether only execution can tell the integer, even if every field reads zero. */
bool aml_value_is_guess(const struct aml_operand *operand);
/* A constant: its opcode stands at bytes[at], and width bytes behind it are there. */
uint64_t aml_value_constant(const uint8_t *bytes, uint32_t at, unsigned width);

#endif

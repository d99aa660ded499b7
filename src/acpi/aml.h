/* SPDX-License-Identifier: MIT */
/*
 * The devices that a machine's AML declares (ACPI 6.5, chapter 20), found in one bounded forward
 * pass over the bytes of each table. Nothing is executed.
 *
 * What the tables alone cannot decide is flagged, not decided: declarations inside If, Else and
 * While are AML_CONDITIONAL. Where two branches give the same object different values, the branch
 * is shown that runs if every hardware field reads zero.
 *
 * Usage: aml_init(), aml_load() for each table of one machine in order (DSDT first, then SSDTs),
 * aml_find_patches() once, then aml_device_next() until it returns 0.
 *
 * The caller owns all memory. A namespace borrows the bytes of the tables loaded into it, and so
 * does everything read out of it: they must live, unchanged, as long as it is used.
 */
#ifndef ACPI_AML_H
#define ACPI_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AML_TABLE_BYTES_MAX = 16 << 20,
	AML_TABLES_MAX = 128,
	AML_NODES_MAX = 65536,
	AML_NESTING_MAX = 48, /* packages in packages */
	AML_DEPTH_MAX = 48,   /* segments in a path */
	AML_PATH_SIZE = 5 * AML_DEPTH_MAX + 2,
	AML_PROBLEMS_MAX = 32,
	AML_HASH_HEADS = 16384,
	AML_CHAIN_MAX = 32, /* nodes with one hash */
};

enum aml_type {
	AML_ABSENT = 0, /* also: a name that is only referred to */
	AML_EXTERNAL,   /* known from an External declaration only */
	AML_UNTYPED,    /* declared, value not known */
	AML_INTEGER,
	AML_STRING,
	AML_BUFFER,
	AML_PACKAGE,
	AML_METHOD,
	AML_ALIAS,
	AML_METHOD_ALIAS,
	AML_REGION_FIELD,
	AML_INDEX_FIELD,
	AML_BANK_FIELD,
	AML_BUFFER_FIELD,
	AML_REGION,
	AML_MUTEX,
	AML_EVENT,
	AML_REFERENCE,
	AML_SCOPE,
	/* objects with a body of declarations */
	AML_DEVICE,
	AML_PROCESSOR,
	AML_POWER,
	AML_THERMAL,
	AML_TYPE_COUNT
};

/* The type as it stands behind the @ of a device line: "method", "regionfield". */
extern const char *const aml_type_names[AML_TYPE_COUNT];

enum aml_flag {
	AML_CONDITIONAL = 1, /* inside If, Else, While, behind a Return, or in an optional table */
	AML_ORPHAN = 2,      /* below a name that no table declares */
	AML_DUPLICATE = 4,   /* declared twice (the first counts), or declared in the second body */
	AML_PATCHED = 8,     /* AML writes to it */
	AML_UNTAKEN = 16,    /* would not be there if every field read zero */
};

/* One name of the namespace. Index 0 is the root. */
struct aml_node {
	uint32_t name; /* the four characters, as they lie in memory */
	uint16_t parent;
	uint16_t next; /* in its hash chain; 0 ends it */
	uint8_t type;  /* enum aml_type */
	uint8_t flags; /* enum aml_flag */
	uint8_t table;
	uint8_t depth;
	uint8_t argument_count; /* methods */
	union {
		uint64_t integer;
		uint32_t target; /* aliases: a node */
		struct {
			uint32_t start,
				end; /* offsets in the table: string, package, method body */
		};
	};
};

struct aml_table {
	const uint8_t *bytes;
	uint32_t length_bytes;
	bool is_optional;
};

enum aml_reason {
	AML_REASON_NONE = 0,
	AML_REASON_OPCODE,    /* a byte that begins nothing */
	AML_REASON_TRUNCATED, /* an object that its package ends too early */
	AML_REASON_LENGTH,    /* a package longer than what encloses it, or shorter than itself */
	AML_REASON_NAME,      /* not a name, or one that leads above the root */
	AML_REASON_NESTING,   /* AML_NESTING_MAX or AML_DEPTH_MAX */
	AML_REASON_NODES,     /* AML_NODES_MAX */
	AML_REASON_STEPS,     /* the step budget of the table */
	AML_REASON_COUNT
};

extern const char *const aml_reason_texts[AML_REASON_COUNT];

/* A scope that could not be walked to its end: what follows offset in it is not known. */
struct aml_problem {
	uint16_t scope; /* node */
	uint8_t table;
	uint8_t reason;        /* enum aml_reason */
	uint32_t offset_bytes; /* in the table, header included */
};

struct aml_namespace {
	uint32_t node_count;
	uint32_t table_count;
	uint32_t problem_count; /* all of them; the list keeps the first ones */
	bool has_dsdt;
	bool is_32_bit; /* integers: the DSDT's revision is below 2 (section 19.6.29) */
	struct aml_table tables[AML_TABLES_MAX];
	struct aml_problem problems[AML_PROBLEMS_MAX];
	uint16_t heads[AML_HASH_HEADS];
	struct aml_node nodes[AML_NODES_MAX];
};

/* Empties the namespace and declares the predefined names (section 5.3.1). Touches only the pages
 * it needs. */
void aml_init(struct aml_namespace *space);

/* Walks a definition block: bytes with its header, length_bytes the smaller of the header's length
 * and what was read. is_optional: a table that is there only if AML loads it, so that all it
 * declares is conditional. Its index is the number of tables loaded before.
 * Returns 0; -EBADMSG when a scope is incomplete (see problems; what was found stays); -EINVAL
 * below 36 bytes, -E2BIG above AML_TABLE_BYTES_MAX, -ENOSPC behind AML_TABLES_MAX. */
int aml_load(
	struct aml_namespace *space, const uint8_t *bytes, size_t length_bytes, bool is_optional);

/* Whether the bytes read as AML from end to end, without declaring anything. OEM tables may be
 * AML or plain data; their header does not tell. */
bool aml_is_plausible(struct aml_namespace *space, const uint8_t *bytes, size_t length_bytes);

/* Marks the objects that a method of the loaded tables writes to: AML_PATCHED. */
void aml_find_patches(struct aml_namespace *space);

/* A value as the tables declare it. */
struct aml_value {
	enum aml_type type; /* AML_ABSENT: not declared */
	bool is_patched;
	uint64_t integer;     /* AML_INTEGER */
	const uint8_t *bytes; /* AML_STRING (without its NUL), AML_BUFFER, AML_PACKAGE (elements) */
	uint32_t length_bytes;
	uint32_t element_count; /* AML_PACKAGE: as declared; fewer may be there */
	uint16_t scope;         /* node in which names in a package are looked up */
};

struct aml_device {
	uint16_t node;
	uint8_t table;            /* index of the table that declares it */
	uint8_t flags;            /* enum aml_flag, without AML_UNTAKEN */
	char path[AML_PATH_SIZE]; /* \_SB_.PCI0.S08_.COM1 */
	struct aml_value hid, cid, sta, crs, uid, adr, ddn;
};

/* Takes the device behind *cursor (0 at first) in the order of declaration. Returns 1, or 0 at the
 * end. Predefined devices are left out. */
int aml_device_next(
	const struct aml_namespace *space, uint32_t *cursor, struct aml_device *ret_device);

/* Takes the next integer or string off a package, names resolved, other elements left out.
 * Returns 1, or 0 at the end or at the first byte that is no element. */
int aml_package_next(const struct aml_namespace *space, struct aml_value *package,
	struct aml_value *ret_element);

/* The path of a node, cut at size. */
void aml_path(const struct aml_namespace *space, uint16_t node, char *path, size_t size);

#endif

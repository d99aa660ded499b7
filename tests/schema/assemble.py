#!/usr/bin/python3
"""Makes the JSON Schema of a record, and the tables of docs/report-format.md, from one file a record
type.

    assemble.py            writes both
    assemble.py --check    exit status 1 when one of them is out of date, when a file says something
                           that means nothing, or when src/report writes a type that has no file
"""

import argparse
import json
import re
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
RECORDS = REPO / "tests/schema.d"
SCHEMA = REPO / "tests/schema/report.schema.json"
DOCUMENT = REPO / "docs/report-format.md"
ENCODERS = REPO / "src/report"
MARK_BEGIN = "<!-- records: made by tests/schema/assemble.py -->"
MARK_END = "<!-- end of records -->"

# The order in which a report speaks of things.
ORDER = ("begin", "config", "platform", "cmdline", "acpi.table", "acpi.device", "fwcfg", "console",
         "console.redirect", "console.text", "uart", "device", "virtio.port", "block", "gpt", "partition", "filesystem", "root",
         "handoff", "grower", "recorder", "heartbeat", "stall", "syscalls",
         "up", "pid1", "kernel.event", "probe", "finding", "traffic", "omitted", "sink", "end")

FRAME = {
    "bootprobe": {"const": 1, "description": "version of the format"},
    "boot": {"type": "string", "pattern": "^[0-9a-f]{8}$",
             "description": "the first 8 hex digits of the kernel's boot_id"},
    "seq": {"type": "integer", "minimum": 1, "description": "counts the lines of a report from 1"},
    "t": {"type": "number", "minimum": 0,
          "description": "seconds since the kernel started, CLOCK_MONOTONIC"},
    "type": {"type": "string", "description": "the type of the record"},
    "cont": {"type": "integer", "minimum": 1,
             "description": "seq of the first line of the record that this line continues"},
    "skip": {"type": "integer", "minimum": 1,
             "description": "so many lines before this one were quiet: not every output has them"},
    "quiet": {"const": True, "description": "not for the kernel log and consoles"},
    "cut": {"const": True, "description": "something in this line was too long and has been left out"},
    "more": {"const": True, "description": "the next line continues this record"},
    "crc": {"type": "string", "pattern": "^[0-9a-f]{8}$",
            "description": "CRC-32 (IEEE) of the line up to and excluding ,\"crc\""},
}
FRAME_REQUIRED = ["bootprobe", "boot", "seq", "t", "type", "crc"]

SNIPPET_KEYS = {"description", "properties", "required"}
MEMBER_KEYS = {"type", "description", "enum", "const", "items", "properties", "required", "pattern",
               "minimum", "maximum", "examples", "oneOf"}
TYPES = {"string", "integer", "number", "boolean", "array", "object"}
NAME = re.compile(r"[a-z][a-z0-9_]*$")
RECORD_BEGIN = re.compile(r'\brecord_begin\s*\([^;"]*"([a-z0-9.]+)"\s*\)')


class Malformed(Exception):
    pass


# ---------------------------------------------------------------- reading the files

def judge_member(where, member):
    unknown = set(member) - MEMBER_KEYS
    if unknown:
        raise Malformed(f"{where}: unknown {', '.join(sorted(unknown))}")
    if not member.get("description"):
        raise Malformed(f"{where}: no description")
    judge_value(where, member)


def judge_value(where, value):
    kinds = value.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES and not (kind is None and ("const" in value or "oneOf" in value)):
            raise Malformed(f"{where}: type {kind!r}")
    if kinds == "array":
        if "items" not in value:
            raise Malformed(f"{where}: an array without items")
        judge_value(f"{where}[]", value["items"])
    if kinds == "object":
        judge_properties(where, value)


def judge_properties(where, value):
    if not value.get("properties"):
        raise Malformed(f"{where}: no properties")
    for name, member in value["properties"].items():
        if not NAME.match(name):
            raise Malformed(f"{where}.{name}: not in snake_case")
        judge_member(f"{where}.{name}", member)
    lost = set(value.get("required", ())) - set(value["properties"])
    if lost:
        raise Malformed(f"{where}: requires {', '.join(sorted(lost))}, which it does not have")


def read_record(path):
    try:
        record = json.loads(path.read_text())
    except ValueError as error:
        raise Malformed(f"{path.name}: {error}") from None
    if not isinstance(record, dict) or set(record) - SNIPPET_KEYS or not record.get("description"):
        raise Malformed(f"{path.name}: want description, properties and required, and nothing else")
    judge_properties(path.stem, record)
    taken = set(record["properties"]) & set(FRAME)
    if taken:
        raise Malformed(f"{path.name}: {', '.join(sorted(taken))} belongs to the frame")
    return record


def read_records():
    """Type -> its file's content, in the order of a report."""
    found = {path.stem: read_record(path) for path in RECORDS.glob("*.json")}
    rank = {name: n for n, name in enumerate(ORDER)}
    return {name: found[name] for name in sorted(found, key=lambda n: (rank.get(n, len(rank)), n))}


def written_types():
    """The record types that src/report writes."""
    return {name for path in ENCODERS.glob("*.c") for name in RECORD_BEGIN.findall(path.read_text())}


# ---------------------------------------------------------------- the schema

def closed(value):
    """The same with objects closed at every depth."""
    value = dict(value)
    if "items" in value:
        value["items"] = closed(value["items"])
    if "oneOf" in value:
        value["oneOf"] = [closed(one) for one in value["oneOf"]]
    if "properties" in value:
        value["properties"] = {n: closed(m) for n, m in value["properties"].items()}
        value["additionalProperties"] = False
    return value


def schema_of(name, record):
    head = {k: FRAME[k] for k in ("bootprobe", "boot", "seq", "t")}
    tail = {k: FRAME[k] for k in ("cont", "skip", "cut", "more", "quiet", "crc")}
    properties = {**head, "type": {"const": name}, **closed(record)["properties"], **tail}
    out = {"description": record["description"], "type": "object", "properties": properties,
           "required": FRAME_REQUIRED, "additionalProperties": False}
    if record.get("required"):
        # A part of a record need not have all that the whole must have.
        out["if"] = {"anyOf": [{"required": [k]} for k in ("cont", "more", "cut")]}
        out["else"] = {"required": record["required"]}
    return out


def make_schema(records):
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a bootprobe report, or one record with its lines joined",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in records],
        "$defs": {name: schema_of(name, record) for name, record in records.items()},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- the tables

def type_text(value):
    if "oneOf" in value:
        return " or ".join(type_text(one) for one in value["oneOf"])
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    kind = value["type"]
    if kind == "array":
        return f"array of {type_text(value['items'])}"
    return " or ".join(kind) if isinstance(kind, list) else kind


def rows(properties, required, prefix=""):
    for name, member in properties.items():
        text = member["description"]
        if "enum" in member:
            text += ": " + ", ".join(f"`{one}`" for one in member["enum"])
        text = text.replace("|", "\\|").replace("\n", " ")
        yield (f"`{prefix}{name}`", type_text(member), "yes" if name in required else "", text)
        inner = member.get("items", member)
        if "properties" in inner:
            mark = f"{prefix}{name}[]." if "items" in member else f"{prefix}{name}."
            yield from rows(inner["properties"], inner.get("required", ()), mark)


def table(record):
    lines = ["| member | type | always | meaning |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows(record["properties"],
                                                           record.get("required", ()))]
    return "\n".join(lines)


def make_tables(records):
    parts = [f"### `{name}`\n\n{record['description']}\n\n{table(record)}\n"
             for name, record in records.items()]
    return "\n".join(parts)


def make_document(records, text):
    before, begin, rest = text.partition(MARK_BEGIN)
    _, end, after = rest.partition(MARK_END)
    if not begin or not end:
        raise Malformed(f"{DOCUMENT.name}: no lines {MARK_BEGIN} and {MARK_END}")
    return f"{before}{MARK_BEGIN}\n\n{make_tables(records)}\n{MARK_END}{after}"


# ---------------------------------------------------------------- all of it

def judge_types(records):
    written = written_types()
    return ([f"src/report writes {name} records: {RECORDS.name}/{name}.json is missing"
             for name in sorted(written - set(records))]
            + [f"{RECORDS.name}/{name}.json: nothing in src/report writes such records"
               for name in sorted(set(records) - written)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    options = parser.parse_args()
    try:
        records = read_records()
        wanted = {SCHEMA: make_schema(records),
                  DOCUMENT: make_document(records, DOCUMENT.read_text())}
    except Malformed as error:
        print(error)
        return 1
    complaints = judge_types(records)
    for path, text in wanted.items():
        if path.exists() and path.read_text() == text:
            continue
        if options.check:
            complaints.append(f"{path.relative_to(REPO)} is out of date: run tests/schema/assemble.py")
        else:
            path.write_text(text)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

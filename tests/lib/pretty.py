"""Prints a report as a page: the summary, then what is known of each subject. No byte of a report
reaches the terminal unescaped."""

import textwrap

FRAME = ("bootprobe", "boot", "seq", "t", "type", "crc", "cont", "more", "cut")
# Types that are about the report and not about the machine.
ASIDE = ("begin", "config", "probe", "sink", "end")
# What tells two records of one type apart, in this order; the newest of the same subject counts.
SUBJECTS = ("name", "device", "path", "disk", "subject", "stamp")
WIDTH = 100
LINES_MAX = 4


def escape(text):
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_text(item) for item in value.values())
    return str(value)


def _subject(record):
    """What a record is about; without a name of its own, its set of members tells it apart."""
    named = [record[name] for name in SUBJECTS if name in record]
    return (record["type"], *(named[:2] or sorted(set(record) - set(FRAME))[:1]))


def _lines(record):
    members = [f"{name}={_text(value)}" for name, value in record.items()
               if name not in FRAME and value not in (None, "", [], {})]
    lines = textwrap.wrap(escape("  ".join(members)), WIDTH - 4, subsequent_indent="    ",
                          break_on_hyphens=False)
    return lines if len(lines) <= LINES_MAX else [*lines[:LINES_MAX], "    ..."]


def page(records, summary):
    """records: parsed ones, in order. summary: text as the hook wrote it, or empty."""
    newest = {}
    for record in records:
        if record.get("type") not in ASIDE:
            newest[_subject(record)] = record
    kinds = dict.fromkeys(record["type"] for record in newest.values())
    page_lines = [escape(line) for line in summary.splitlines()]
    for kind in kinds:
        page_lines += ["", escape(str(kind))]
        for record in newest.values():
            if record["type"] == kind:
                page_lines += ["    " + line for line in _lines(record)]
    return "\n".join(page_lines)

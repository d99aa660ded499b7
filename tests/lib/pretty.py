"""Prints a report as a page: the summary, then one line a fact. No byte of a report reaches the
terminal unescaped."""

import json

FRAME = ("bootprobe", "boot", "seq", "t", "type", "crc", "cont", "more")
# Types that are about the report and not about the machine.
ASIDE = ("begin", "config", "probe", "sink", "end")
COLUMNS = 100


def escape(text):
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _value(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(record):
    text = "  ".join(f"{name}={_value(value)}" for name, value in record.items()
                     if name not in FRAME and value not in (None, "", [], {}))
    text = escape(text)
    return text if len(text) <= COLUMNS - 4 else text[:COLUMNS - 7] + "..."


def page(records, summary):
    """records: parsed ones, in order. summary: text as the hook wrote it, or empty."""
    lines = [escape(line) for line in summary.splitlines()]
    groups = {}
    for record in records:
        if record.get("type") not in ASIDE:
            groups.setdefault(record.get("type"), []).append(record)
    for kind, members in groups.items():
        lines += ["", f"{escape(str(kind))} ({len(members)})"]
        lines += ["    " + _line(record) for record in members]
    return "\n".join(lines)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns docs/findings.md into the table that `bootprobe explain` prints: explanations.py FINDINGS.MD OUT.C

Refuses a text that a terminal of 80 columns would wrap, a section without a row in the tables at the
top, a row without a section, and another order."""

import re
import sys
from pathlib import Path

COLUMNS = 80
SEVERITIES = ("info", "warning", "error")
ROW = re.compile(r"^\| `([a-z0-9.-]+)` \| (\w+) \| (.+) \|$", re.M)
SECTION = re.compile(r"^## ([a-z0-9.-]+)\n(.*?)(?=^## |\Z)", re.M | re.S)
# What every section tells, in this order.
PARTS = ("What it means.", "How it is told.", "What to do.", "When it is no problem.")


def plain(text):
    """Markdown as a terminal shows it. What stands between backticks is left as it is."""
    pieces = re.split(r"(`[^`]*`)", text.strip())
    return "".join(piece[1:-1] if piece.startswith("`") else piece.replace("**", "") for piece in pieces)


def read(text):
    """(id, severity, line, text) in the order of the file; complaints."""
    head = text.split("\n## ")[0]
    rows, sections = ROW.findall(head), SECTION.findall(text)
    complaints = [f"line {n} has {len(line)} columns"
                  for n, line in enumerate(text.splitlines(), 1) if len(line) > COLUMNS]
    complaints += [f"{name}: no such severity: {severity}" for name, severity, _ in rows if severity not in SEVERITIES]
    if [row[0] for row in rows] != [name for name, _ in sections]:
        difference = {row[0] for row in rows} ^ {name for name, _ in sections}
        complaints.append("tables and sections differ: " + (" ".join(sorted(difference)) or "in their order"))
    for name, body in sections:
        if re.findall(r"^\*\*(.+?)\*\*", body, re.M) != list(PARTS):
            complaints.append(f"{name}: its parts are not {', '.join(PARTS)}")
    return [(*row, plain(body)) for row, (_, body) in zip(rows, sections)], complaints


def c_string(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return "\n\t\t".join(f'"{line}\\n"' for line in escaped.split("\n"))


def c_table(explanations):
    rows = [f'\t{{"{name}", SEVERITY_{severity.upper()}, "{line}",\n\t\t{c_string(text)}}},\n'
            for name, severity, line, text in explanations]
    return ("/* Made by tools/explanations.py of docs/findings.md. */\n"
            '#include "cli/explanation.h"\n\n'
            "const struct explanation EXPLANATIONS[] = {\n" + "".join(rows) + "};\n"
            f"const size_t EXPLANATIONS_COUNT = {len(rows)};\n")


def main():
    source, target = sys.argv[1:]
    explanations, complaints = read(Path(source).read_text(encoding="ascii"))
    for complaint in complaints:
        print(f"{source}: {complaint}", file=sys.stderr)
    if complaints:
        return 1
    Path(target).write_text(c_table(explanations))
    return 0


if __name__ == "__main__":
    sys.exit(main())

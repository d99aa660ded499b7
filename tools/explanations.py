#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns docs/findings.md and docs/glossary.md into the tables that `bootprobe explain` prints:
explanations.py FINDINGS.MD GLOSSARY.MD OUT.C

Refuses a text that a terminal of 80 columns would wrap, a section without a row in the tables at the
top, a row without a section, and another order. Refuses a word that stands there twice, or is a
finding's."""

import re
import sys
from pathlib import Path

COLUMNS = 80
LINE_COLUMNS = 49  # behind id and severity
SEVERITIES = ("info", "warning", "error")
ROW = re.compile(r"^\| `([a-z0-9.-]+)` \| (\w+) \| (.+) \|$", re.M)
SECTION = re.compile(r"^## ([a-z0-9.-]+)\n(.*?)(?=^## |\Z)", re.M | re.S)
WORD = re.compile(r"^## (.+)\n\n(.+)\n((?:.|\n)*?)(?=^## |\Z)", re.M)
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


def key(name):
    """What `bootprobe explain` compares."""
    return re.sub("[ _]", "-", name.lower())


def read_words(text, taken):
    """(names, line, text) in the order of the file; complaints."""
    words = [(names.split(", "), line, plain(body)) for names, line, body in WORD.findall(text)]
    complaints = [f"line {n} has {len(line)} columns"
                  for n, line in enumerate(text.splitlines(), 1) if len(line) > COLUMNS]
    complaints += [f"{names[0]}: its line has {len(line)} columns" for names, line, _ in words
                   if len(line) > LINE_COLUMNS]
    if len(words) != len(re.findall(r"^## ", text, re.M)):
        complaints.append("a word without a line")
    seen = {key(name) for name in taken}
    for name in (name for names, _, _ in words for name in names):
        if key(name) in seen:
            complaints.append(f"{name} stands here twice, or is a finding")
        seen.add(key(name))
    return words, complaints


def c_string(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return "\n\t\t".join(f'"{line}\\n"' for line in escaped.split("\n"))


def c_words(words):
    rows = [f'\t{{(const char *const[]){{{", ".join(chr(34) + name + chr(34) for name in names)}, NULL}},\n'
            f'\t\t"{plain(line)}",\n\t\t{c_string(body) if body else "NULL"}}},\n' for names, line, body in words]
    return ("\nconst struct glossary_word GLOSSARY[] = {\n" + "".join(rows) + "};\n"
            f"const size_t GLOSSARY_COUNT = {len(rows)};\n")


def c_table(explanations):
    rows = [f'\t{{"{name}", SEVERITY_{severity.upper()}, "{line}",\n\t\t{c_string(text)}}},\n'
            for name, severity, line, text in explanations]
    return ("/* Made by tools/explanations.py of docs/findings.md and docs/glossary.md. */\n"
            '#include "cli/explanation.h"\n\n'
            "const struct explanation EXPLANATIONS[] = {\n" + "".join(rows) + "};\n"
            f"const size_t EXPLANATIONS_COUNT = {len(rows)};\n")


def main():
    findings, glossary, target = sys.argv[1:]
    explanations, complaints = read(Path(findings).read_text(encoding="ascii"))
    words, more = read_words(Path(glossary).read_text(encoding="ascii"), [row[0] for row in explanations])
    for source, said in ((findings, complaints), (glossary, more)):
        for complaint in said:
            print(f"{source}: {complaint}", file=sys.stderr)
    if complaints or more:
        return 1
    Path(target).write_text(c_table(explanations) + c_words(words))
    return 0


if __name__ == "__main__":
    sys.exit(main())

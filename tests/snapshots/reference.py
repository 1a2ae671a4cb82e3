"""The tables of docs/collect-format.md, from the classes."""

import re
from dataclasses import fields

from hemostat.snapshots import RECORDS

__all__ = ["tables"]


def tables() -> str:
    """A heading, a sentence and a table for each type of record."""
    out = []
    for kind, each in RECORDS.items():
        says = re.sub(r"\s*\n\s*", " ", (each.__doc__ or "").strip())
        out += [f"### `{kind}`", "", says, "", "| field | form | what it says |", "|---|---|---|"]
        for one in fields(each):
            if one.metadata:
                key = one.name.rstrip("_").replace("_", "-")
                always = ", always" if one.metadata["required"] else ""
                out.append(f"| `{key}` | {one.metadata['form']}{always} | {one.metadata['says']} |")
        out.append("")
    return "\n".join(out).rstrip() + "\n"

"""The kinds as a table, for docs/evidence.md."""

import sys

from hemostat.evidence.kinds import KINDS

__all__ = ["kind_table"]


def kind_table() -> str:
    """A section of Markdown for each kind: its version, what it is about, its facts."""
    sections = []
    for kind in KINDS.values():
        module = sys.modules[f"hemostat.evidence.kinds.{kind.name.replace('-', '_')}"]
        subjects = "any asset" if kind.subjects is None else ", ".join(sorted(kind.subjects))
        facts = (module.__doc__ or "").strip()
        heading = f"### `{kind.name}`, version {kind.version}, about: {subjects}"
        sections.append(f"{heading}\n\n{facts}\n")
    return "\n".join(sections)

"""What the configurations of server programs are read with: texts in, no I/O. One file a syntax, shared by all programs
that have it.
"""

from hemostat.software.reading.angles import angles
from hemostat.software.reading.braces import braces
from hemostat.software.reading.files import MAX_LINE, Files, Lines, Numbered, matches, numbered, resolve
from hemostat.software.reading.indented import indented
from hemostat.software.reading.pairing import form_of, pair_of, unlocated
from hemostat.software.reading.ports import port_of, ports_of
from hemostat.software.reading.sections import sections
from hemostat.software.reading.terms import Group, Token, terms
from hemostat.software.reading.tree import Directive, Event, Include, grow
from hemostat.software.reading.use import Form, KeyUse, Role, Unresolved
from hemostat.software.reading.words import Continued, keywords, logical, pair, pairs, unquoted, words

__all__ = [
    "MAX_LINE", "Continued", "Directive", "Event", "Files", "Form", "Group", "Include", "KeyUse", "Lines",
    "Numbered", "Role", "Token", "Unresolved", "angles", "braces", "form_of", "grow", "indented",
    "keywords", "logical", "matches", "numbered", "pair", "pair_of", "pairs", "port_of", "ports_of",
    "resolve", "sections", "terms", "unlocated", "unquoted", "words",
]  # fmt: skip

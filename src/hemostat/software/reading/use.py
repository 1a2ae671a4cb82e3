"""One place where a configuration names a certificate and its key."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Form", "KeyUse", "Role", "Unresolved"]

Role = Literal["server", "client"]
"""Whom the certificate is shown to: those who connect, or those that the program itself connects to."""

Form = Literal["pem", "pkcs12", "jks"]

Unresolved = Literal[
    "broken",
    "computed",
    "engine",
    "inline",
    "missing",
    "too-deep",
    "too-much",
    "variable",
]
"""Why a path is not known.

broken    the line is not in the program's own syntax
computed  the program computes it while it runs
engine    the key is in a token or provider, not in a file
inline    it stands in the configuration itself
missing   a file that is included, or a key that a certificate needs, is not there
too-deep  files include one another in a circle, or deeper than the limit
too-much  past the limits on lines, files or uses
variable  a variable that no configuration sets, or that the program sets while it runs
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """A certificate and its key, as a configuration names them. Paths are absolute unless the program's own folder is
    not known.

    file, line   where it is written: the line of the certificate, or else of the key or whatever stands for them
    role         whom it is shown to
    certificate  its file, or a folder of such files; None where none is named, or it is not known
    key          the key's file, which may be the certificate's; None likewise
    form         of both files
    chain        files with further certificates that are sent along
    tickets      files with keys for session tickets
    names        host names that it is for, as far as the configuration says
    ports        TCP or UDP ports on which it is shown, likewise; sorted
    enabled      whether TLS is on there, as far as the configuration says: where it is not, the key is named, not read
    unresolved   why `certificate` or `key` is not known though something is written; None where all is
    written      what is written there; None where that may be a secret, or nothing is
    """

    file: str
    line: int
    role: Role = "server"
    certificate: str | None = None
    key: str | None = None
    form: Form = "pem"
    chain: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    enabled: bool = True
    unresolved: Unresolved | None = None
    written: str | None = None

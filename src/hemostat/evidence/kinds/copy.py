"""One copy of OpenSSL, or of a library in its place, in a file: where it lies, whose it is, and what its bytes say.

A file that holds several, an archive, has a row for each. What its bytes say is proved by nobody.

- `path` of the file, percent-encoded as in names, null where it has none; `device` and `inode`; `deleted`: it is gone
  from its folder and still mapped; `size` in bytes
- `inside`: the way to the copy within the file, the name of each member in the one before it; empty where the file is
  the copy. `bytes`: how many the copy has; `build`: their SHA-256 → link
- `owner`: the package that the file belongs to: `manager`, `name`, `version`; null where it is none's, or not known
- `family`: `openssl` where anything speaks for it; another where its code alone is there
- `format` of the copy, `other` where it is no file of code; `machine`, empty where it is for none or can't be read
- `form`: `shared` (a library that offers the code), `static` (inside of a program, another library, object files),
  `text-only` (the version text of the headers, no code), `unreadable` (code, but its headers or symbols can't be read)
- `parts` of OpenSSL that are there; `version_text` as the code has it, else as its headers had, with `version` out of
  it; `other_texts`: further ones in the same bytes; `symbol_version`: the highest that its symbols' versions name
- `soname`, `needed` (libraries it asks for), `build_id` that its linker drew; null, or empty, where there is none
- `heartbeats`: whether the code for them is in it, and `why` that is known or not: `symbol`, `no-symbol`, `no-text`
  (its error texts are there, none of heartbeats is), `no-libssl`, `version` (one that has none), `no-code`,
  `other-family`, `stripped`, `unreadable`. `present` is not vulnerable: the fix left the functions there
"""

from collections.abc import Mapping
from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.kinds import package
from hemostat.evidence.kinds.process import path
from hemostat.evidence.names import AssetName
from hemostat.evidence.shape import Mismatch, boolean, fields, integer, optional, pattern, sequence, word

__all__ = ["KIND"]

# What a file holds as a name: any text of ASCII that prints.
_name = pattern(r"[ -~]+", 255, "a name in a file")
_sha256 = pattern(r"[0-9a-f]{64}", 64, "a SHA-256")
_text = pattern(r"OpenSSL [0-9A-Za-z.+_-]+ {1,2}(?:FIPS {1,2})?[0-9A-Za-z ]{10,11}", 96, "a version text")

_MACHINE = "[a-z0-9_]{2,16}(?:-[0-9a-f]{1,8})?"
_HEARTBEATS = {
    "symbol": "present",
    "no-symbol": "absent",
    "no-text": "absent",
    "no-libssl": "absent",
    "version": "absent",
    "no-code": "absent",
    "other-family": "absent",
    "stripped": "unknown",
    "unreadable": "unknown",
}
"""What each reason says."""

_SHAPE = fields(
    {
        "path": optional(path),
        "device": optional(pattern(r"[0-9]{1,10},[0-9]{1,10}", 21, "a device")),
        "inode": optional(integer()),
        "deleted": boolean,
        "size": integer(),
        "inside": sequence(_name, 64),
        "bytes": integer(),
        "build": _sha256,
        "owner": optional(
            fields({"manager": package.manager, "name": package.name, "version": package.version})
        ),
        "family": word("openssl", "libressl", "boringssl", "wolfssl", "yassl", "gnutls", "nss"),
        "format": word("elf", "pe", "macho", "objects", "other"),
        "machine": pattern(rf"(?:{_MACHINE}(?:,{_MACHINE}){{0,29}})?", 1024, "a machine"),
        "form": word("shared", "static", "text-only", "unreadable"),
        "parts": sequence(word("libssl", "libcrypto"), 2),
        "version_text": optional(_text),
        "version": optional(pattern(r"[0-9][0-9A-Za-z._-]*", 64, "a version")),
        "other_texts": sequence(_text, 64),
        "soname": optional(_name),
        "needed": sequence(_name, 256),
        "build_id": optional(pattern(r"[0-9a-f]{2,128}", 128, "a build id")),
        "symbol_version": optional(
            pattern(r"OPENSSL_[0-9]+[._][0-9]+[._][0-9]+[ -~]*", 255, "a symbol's version")
        ),
        "heartbeats": word("present", "absent", "unknown"),
        "why": word(*_HEARTBEATS),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    if facts["heartbeats"] != _HEARTBEATS[facts["why"]]:
        raise Mismatch("not what its reason says", ".heartbeats")
    if (facts["form"] == "text-only") != (facts["why"] == "no-code"):
        raise Mismatch("a text without code, or code", ".why")
    if (facts["family"] == "openssl") == (facts["why"] == "other-family"):
        raise Mismatch("not what its reason says", ".family")
    if facts["form"] == "text-only" and facts["parts"]:
        raise Mismatch("parts of what is no code", ".parts")
    if not facts["inside"] and facts["bytes"] != facts["size"]:
        raise Mismatch("not the size of the file that is the copy", ".bytes")
    if facts["path"] is None and facts["inode"] is None:
        raise Mismatch("no path, and no inode in its place", ".inode")
    if (facts["device"] is None) != (facts["inode"] is None):
        raise Mismatch("a device and an inode, or neither", ".device")


def _about(facts: Mapping[str, Any], subject: AssetName) -> bool:
    """The file at that path, or, without a usable one, with that device and inode."""
    parts = subject.parts
    if "inode" in parts:
        return (facts["device"], facts["inode"]) == (f"{parts['major']},{parts['minor']}", parts["inode"])
    return str(subject) == f"copy:{parts['root']}:{facts['path']}"


def _links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    return (f"build:{facts['build']}",)


KIND = Kind(
    name="copy",
    version=1,
    subjects=frozenset({"copy"}),
    shape=_check,
    links=_links,
    about=_about,
    example={
        "path": "/opt/shop/app.whl",
        "device": "8,1",
        "inode": 131077,
        "deleted": False,
        "size": 2683213,
        "inside": ["app/.libs/libssl.so.1.0.0"],
        "bytes": 638784,
        "build": "3f" * 32,
        "owner": None,
        "family": "openssl",
        "format": "elf",
        "machine": "x86_64",
        "form": "shared",
        "parts": ["libssl"],
        "version_text": "OpenSSL 1.0.1e 11 Feb 2013",
        "version": "1.0.1e",
        "other_texts": [],
        "soname": "libssl.so.1.0.0",
        "needed": ["libcrypto.so.1.0.0", "libc.so.6"],
        "build_id": "5010284cadccea601852384b6bac120211ea2cb9",
        "symbol_version": "OPENSSL_1.0.1",
        "heartbeats": "present",
        "why": "symbol",
    },
)

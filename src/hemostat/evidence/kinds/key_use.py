"""One place where a service's configuration names a certificate and its key, and what lies there.

- `program`: whose configuration it is, as `hemostat.software` names it; `role`: the certificate is shown to those who
  connect (`server`) or to those that it connects to (`client`)
- `configuration`: the `path` and `line` that say so. All paths are percent-encoded as in names; one that is not
  absolute counts from a folder that is not known
- `names`, `ports`: host names and ports that it is for, as far as the configuration says; `enabled`: whether TLS is on
  there: where it is not, the key is named but not read
- `certificate`: its file, null where it is not known: `path`, `owner` and `group`, `mode` (permission bits); the
  `certificates` in it by their SHA-256, in its order → links
- `key`: the key's file, which may be the same, likewise null: `path`, `form`, `owner`, `group`, `mode`; `spki` → links,
  of a private key that no word protects or of a keystore's certificate; null where it could not be computed, and then
  `why`
- `chain`: files of certificates that are sent along; `tickets`: files with keys for session tickets: `path`, `owner`,
  `group`, `mode`, and the `sha256` of their bytes, by which one sees that they were renewed; null where not read
- `unresolved`: why a path is not known though something is `written` there; null where all is
"""

from collections.abc import Mapping
from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.names import certificate, key
from hemostat.evidence.shape import (
    Mismatch,
    Shape,
    boolean,
    fields,
    integer,
    optional,
    pattern,
    prose,
    sequence,
    word,
)

__all__ = ["KIND"]

_path: Shape = pattern(r"(?:[A-Za-z0-9._~/+=,@-]|%[0-9A-F]{2})+", 4096, "a path as names write it")
_sha256 = pattern(r"[0-9a-f]{64}", 64, "a SHA-256")
_code = pattern(r"[a-z]+(?:-[a-z]+)*", 48, "a code")

_FILE: Mapping[str, Shape] = {
    "path": _path,
    "owner": optional(prose(256)),
    "group": optional(prose(256)),
    "mode": optional(integer(most=0o7777)),
}

_SHAPE = fields(
    {
        "program": pattern(r"[a-z][a-z0-9-]*", 32, "a program"),
        "role": word("server", "client"),
        "configuration": fields({"path": _path, "line": integer()}),
        "names": sequence(prose(255), 256),
        "ports": sequence(integer(1, 65535), 256),
        "enabled": boolean,
        "certificate": optional(fields({**_FILE, "certificates": sequence(_sha256, 256)})),
        "key": optional(
            fields(
                {
                    **_FILE,
                    "form": word("pem", "der", "pkcs12", "jks"),
                    "spki": optional(_sha256),
                    "why": optional(_code),
                }
            )
        ),
        "chain": sequence(_path, 64),
        "tickets": sequence(fields({**_FILE, "sha256": optional(_sha256)}), 64),
        "unresolved": optional(
            word("broken", "computed", "engine", "inline", "missing", "too-deep", "too-much", "variable")
        ),
        "written": optional(prose(4096)),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    if facts["ports"] != sorted(set(facts["ports"])):
        raise Mismatch("not sorted, or one of them twice", ".ports")
    held = facts["key"]
    if held is not None and (held["spki"] is None) != (held["why"] is not None):
        raise Mismatch("an SPKI and why there is none, or neither", ".key.why")
    if facts["certificate"] is None and held is None and facts["unresolved"] is None:
        raise Mismatch("neither a certificate nor a key, nor why", ".unresolved")
    if facts["written"] is not None and facts["unresolved"] is None:
        raise Mismatch("what is written, where all is known", ".written")
    if facts["written"] is not None and facts["unresolved"] == "inline":
        raise Mismatch("what may be a key itself", ".written")


def _links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    shown, held = facts["certificate"], facts["key"]
    named = {str(certificate(each)) for each in shown["certificates"]} if shown is not None else set[str]()
    if held is not None and held["spki"] is not None:
        named.add(str(key(held["spki"])))
    return tuple(sorted(named))


KIND = Kind(
    name="key-use",
    version=1,
    subjects=frozenset({"service"}),
    shape=_check,
    links=_links,
    example={
        "program": "nginx",
        "role": "server",
        "configuration": {"path": "/etc/nginx/sites-enabled/shop", "line": 12},
        "names": ["shop.example"],
        "ports": [443],
        "enabled": True,
        "certificate": {
            "path": "/etc/ssl/shop.pem",
            "owner": "root",
            "group": "root",
            "mode": 0o644,
            "certificates": ["12" * 32, "34" * 32],
        },
        "key": {
            "path": "/etc/ssl/private/shop.key",
            "owner": "root",
            "group": "ssl-cert",
            "mode": 0o640,
            "form": "pem",
            "spki": "3f" * 32,
            "why": None,
        },
        "chain": [],
        "tickets": [
            {
                "path": "/etc/nginx/tickets",
                "owner": "root",
                "group": "root",
                "mode": 0o600,
                "sha256": "56" * 32,
            }
        ],
        "unresolved": None,
        "written": None,
    },
)

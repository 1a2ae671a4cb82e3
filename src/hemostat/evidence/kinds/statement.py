"""A person's word about an asset. It is never proof: what rests on it is `accepted`, not `done`.

- `says`: `note` (the words in `why` alone), `accepted` (a step, with its risk), `retired` (the asset is no more),
  `patched` (by its provider, who says so), `same-service` (as the assets in `others`), `restart-window` (in `why`)
- `step`: the step that is accepted; null for all else
- `others`: names of further assets that the word is about → links
- `who`: the person; `why`: the reason, in words
- `since`, `until`: from when and until when it holds; null where it has no such end
"""

from collections.abc import Mapping
from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.shape import Mismatch, fields, name, optional, prose, sequence, time, word

__all__ = ["KIND"]

_SHAPE = fields(
    {
        "says": word("note", "accepted", "retired", "patched", "same-service", "restart-window"),
        "step": optional(
            word(
                "upgrade",
                "restart",
                "rekey",
                "reissue",
                "deploy",
                "verify",
                "revoke",
                "sessions",
                "passwords",
            )
        ),
        "others": sequence(name, 256),
        "who": prose(256),
        "why": prose(4096, lines=True),
        "since": optional(time),
        "until": optional(time),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    if (facts["says"] == "accepted") != (facts["step"] is not None):
        raise Mismatch("given where nothing is accepted, or missing where something is", ".step")
    if facts["says"] == "same-service" and not facts["others"]:
        raise Mismatch("empty: the same service as what?", ".others")
    if facts["since"] is not None and facts["until"] is not None and facts["until"] < facts["since"]:
        raise Mismatch("before since", ".until")


def _links(facts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(set(facts["others"])))


KIND = Kind(
    name="statement",
    version=1,
    subjects=None,
    shape=_check,
    links=_links,
    example={
        "says": "accepted",
        "step": "revoke",
        "others": [],
        "who": "alice",
        "why": "the provider revokes with the next list",
        "since": None,
        "until": "2026-12-24T00:00:00.000000Z",
    },
)

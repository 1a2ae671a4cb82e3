"""A target that came to nobody who could be asked: its name had no address, or none could be looked up.

The run itself is the subject: there is no endpoint yet.

- `host`, `port`, `transport`, `dialect`: what was to be asked
- `failure`: why there was no address: `dns` (there is none), `resolver` (nobody could be asked), `local` (this machine
  could not ask)
"""

from hemostat.evidence.kind import Kind
from hemostat.evidence.shape import fields, integer, pattern, word

__all__ = ["KIND"]

KIND = Kind(
    name="lookup",
    version=1,
    subjects=frozenset({"run"}),
    shape=fields(
        {
            "host": pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*", 255, "a host"),
            "port": integer(least=1, most=0xFFFF),
            "transport": word("tcp", "udp"),
            "dialect": pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", 32, "a dialect"),
            "failure": pattern(r"[a-z]+(?:-[a-z]+)*", 32, "a code"),
        }
    ),
    example={
        "host": "no-such-host.example",
        "port": 443,
        "transport": "tcp",
        "dialect": "tls",
        "failure": "dns",
    },
)

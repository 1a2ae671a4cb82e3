"""Evidence: observations, the names of what they are about, the kinds of fact, canonical JSON, chains of digests.

No I/O, no clock, standard library alone. Reading order: `canonical` → `times` → `names` (with `addresses`) →
`shape` → `kind` → `kinds/` → `observation` → `chain`. Everything here raises `EvidenceError` and nothing else.
docs/evidence.md describes the format to those who read it without this package: the two are changed together.
"""

from hemostat.evidence.canonical import Json, decode, digest, encode
from hemostat.evidence.chain import Chain, ChainState, RunWriter, verify_chain
from hemostat.evidence.errors import EvidenceError
from hemostat.evidence.kind import Kind
from hemostat.evidence.kinds import KINDS, find
from hemostat.evidence.names import AssetName, parse
from hemostat.evidence.observation import GENESIS, Observation, read_line
from hemostat.evidence.times import read_time, write_time

__all__ = [
    "GENESIS",
    "KINDS",
    "AssetName",
    "Chain",
    "ChainState",
    "EvidenceError",
    "Json",
    "Kind",
    "Observation",
    "RunWriter",
    "decode",
    "digest",
    "encode",
    "find",
    "parse",
    "read_line",
    "read_time",
    "verify_chain",
    "write_time",
]

"""The real OpenSSL 1.0.2q, proved from its files, in the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from hemostat.assess import judge
from hemostat.detect.hosts.proving.prove import Libraries, prove
from tests.live.peers.openssl102q_library import _ORDER, VERSION


def test_it_is_patched_and_nobody_read_its_version_for_that(openssl102q_libraries: Path) -> None:
    files = [next(openssl102q_libraries.glob(f"{prefix}*")).read_bytes() for prefix in _ORDER]
    libraries = Libraries(files, ssl=_ORDER.index("libssl-"), crypto=_ORDER.index("libcrypto-"))
    proof = prove(libraries)
    if proof.facts["connections"][0]["failure"] == "sandbox-not-held":
        pytest.skip(f"cannot be had: this kernel holds {proof.sandbox}")
    verdict = judge(proof.facts)
    assert (verdict.word, verdict.reason) == ("patched", "own-bytes-ignored")
    assert proof.version == VERSION
    (connection,) = proof.facts["connections"]
    assert [(part["part"], part["answer"]) for part in connection["parts"]][:2] == [
        ("own-bytes", "none"),
        ("control", "equal"),
    ]

"""Findings become the report that `exchange` takes, field by field."""

from dataclasses import fields

from hemostat.detect.drivers.library_findings import Findings
from hemostat.exchange import LibraryPart, LibraryReport


def test_nothing_found_is_a_connection_that_failed() -> None:
    assert Findings().report() == LibraryReport(ended="failed")


def test_every_finding_is_reported() -> None:
    part = LibraryPart("control", 8, "equal", 8, 1200)
    findings = Findings(
        version=0x0303,
        cipher=0xC02F,
        heartbeat=1,
        certificates=(b"own", b"issuer"),
        client_certificate_asked=True,
        parts=[part],
        alerts=["warning unrecognized_name"],
        ended="fin",
        failure="closed",
        messages=[("<", "server-hello", 70)],
    )
    assert {field.name for field in fields(Findings)} == set(LibraryReport._fields)
    assert findings.report() == LibraryReport(
        0x0303,
        0xC02F,
        1,
        (b"own", b"issuer"),
        True,
        (part,),
        ("warning unrecognized_name",),
        "fin",
        "closed",
        (("<", "server-hello", 70),),
    )

import hashlib
from datetime import UTC, datetime

import pytest

from hemostat.api import Identity
from hemostat.api.recording import Recorder, Seen, endpoint_of
from hemostat.api.targets import read_target
from hemostat.detect.network import Look
from hemostat.evidence import KINDS, EvidenceError, read_time
from hemostat.ledger import open_ledger
from tests.report.samples import facts_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def recorder(url: str, who: Identity) -> Recorder:
    return Recorder(open_ledger(url), who, source="hemostat check", version="0.1.0", draw=bytes(16))


def a_look(facts: object, certificates: dict[str, bytes] | None = None) -> Look:
    return Look(read_target("www.example"), "192.0.2.7", 1, facts, certificates or {}, None, NOW)  # type: ignore[arg-type]


def test_a_run_is_a_row_to_begin_one_for_each_look_and_one_to_end(ledger: str, office: Identity) -> None:
    run = recorder(ledger, office)
    run.begin()
    rows = run.record([a_look(facts_of("not-offered")), a_look(None)._replace(failure="dns", address=None)])
    run.end("complete")
    with open_ledger(ledger) as kept:
        assert [row.kind for row in kept.rows()] == ["run", "probe", "lookup", "run-end"]
        assert list(kept.rows())[1:3] == rows
        assert kept.verify().holds


def test_a_row_says_when_it_was_seen_and_when_it_was_written_down(ledger: str, office: Identity) -> None:
    before = datetime.now(UTC)
    run = recorder(ledger, office)
    run.begin()
    (row,) = run.record([a_look(facts_of("not-offered"))])
    assert row is not None
    assert read_time(row.observed_at) == NOW
    assert read_time(row.recorded_at) >= before


def test_the_certificates_of_all_looks_are_kept(ledger: str, office: Identity) -> None:
    ders = {hashlib.sha256(der).hexdigest(): der for der in (b"one", b"another")}
    run = recorder(ledger, office)
    run.begin()
    run.record([a_look(facts_of("not-offered"), {digest: der}) for digest, der in ders.items()])
    with open_ledger(ledger) as kept:
        assert {digest: kept.blob(digest) for digest in ders} == ders


def test_what_a_proxy_leads_to_is_named_by_the_proxy(office: Identity) -> None:
    proxy = {"scheme": "socks5", "address": "127.0.0.1", "port": 1080}
    facts = facts_of("not-offered") | {
        "address": "db.internal",
        "port": 443,
        "transport": "tcp",
        "via": proxy,
    }
    assert endpoint_of(facts, office) == f"tcp:db.internal:443@via:tcp:127.0.0.1:1080@{office.host}"
    assert endpoint_of(facts | {"address": "8.8.8.8"}, office) == "tcp:8.8.8.8:443"
    near = facts | {"address": "10.0.0.1", "via": proxy | {"address": "9.9.9.9"}}
    assert endpoint_of(near, office) == "tcp:10.0.0.1:443@via:tcp:9.9.9.9:1080"


def test_an_address_that_is_not_global_carries_its_network(office: Identity) -> None:
    facts = facts_of("not-offered") | {"address": "10.0.0.1", "port": 443, "transport": "tcp"}
    assert endpoint_of(facts, office) == "tcp:10.0.0.1:443@office"
    assert endpoint_of(facts | {"address": "8.8.8.8"}, office) == "tcp:8.8.8.8:443"
    assert endpoint_of(facts | {"address": "fe80::1%eth0"}, office) == f"tcp:[fe80::1]:443@{office.host}%eth0"
    assert endpoint_of(facts | {"address": "127.0.0.1"}, office) == f"tcp:127.0.0.1:443@{office.host}"


def test_a_look_that_evidence_does_not_take_costs_its_own_row_alone(ledger: str, office: Identity) -> None:
    run = recorder(ledger, office)
    run.begin()
    facts = facts_of("not-offered")
    first, refused, last = run.record(
        [a_look(facts), a_look(facts | {"dialect": "no dialect"}), a_look(facts)]
    )
    run.end("complete")
    assert refused is None
    assert run.refused is not None
    with open_ledger(ledger) as kept:
        assert [row for row in kept.rows() if row.kind == "probe"] == [first, last]
        assert kept.verify().holds


def test_facts_about_no_endpoint_are_refused(office: Identity) -> None:
    with pytest.raises(EvidenceError):
        endpoint_of({"address": "somewhere", "transport": "tcp", "port": 443}, office)
    with pytest.raises(EvidenceError):
        endpoint_of({"address": "8.8.8.8", "transport": "tcp", "port": None}, office)


def test_a_run_has_a_name_of_its_own(ledger: str, office: Identity) -> None:
    with open_ledger(ledger) as opened, pytest.raises(ValueError, match="16 random bytes"):
        Recorder(opened, office, source="hemostat check", version="0.1.0", draw=b"short")


def test_whatever_was_seen_can_be_written_and_what_evidence_does_not_take_costs_its_own_row_alone(
    ledger: str, office: Identity
) -> None:
    facts = dict(KINDS["package"].example)
    run = recorder(ledger, office)
    run.begin()
    host = "host:name=web1"
    rows = run.write([Seen("package", host, facts, NOW, {}), Seen("package", host, {}, NOW, {})])
    run.end("complete")
    assert [row and row.subject for row in rows] == [host, None]
    assert run.refused is not None
    with open_ledger(ledger) as kept:
        assert [row.kind for row in kept.rows()] == ["run", "package", "run-end"]
        assert kept.verify().holds

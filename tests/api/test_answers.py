from datetime import UTC, datetime
from hashlib import sha256

from hemostat.api.answers import answer_to_bad_line, answer_to_look, read_shown, shown_certificates
from hemostat.api.targets import read_target
from hemostat.assess import judge
from hemostat.detect.network import Look
from tests.assess.facts import connection, probe
from tests.certificates.test_certificate import recorded_certificates
from tests.report.samples import facts_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DER = recorded_certificates()[0]
DIGEST = sha256(DER).hexdigest()


def test_a_look_comes_to_the_verdict_of_its_facts() -> None:
    facts = facts_of("own-bytes-answered")
    look = Look(read_target("https://www.example/path"), "192.0.2.7", 1, facts, {}, None, NOW)
    answer = answer_to_look(look, None)
    verdict = judge(facts)
    assert (answer.verdict, answer.reason, answer.explanation) == verdict[:3]
    assert (answer.target, answer.address, answer.port) == ("https://www.example/path", "192.0.2.7", 443)
    assert answer.evidence == {"observation": None, "subject": None, "rule": verdict.rule, "facts": facts}
    assert answer.observed_at == "2026-11-24T12:00:00.000000Z"


def test_where_nobody_could_be_asked_the_reason_is_why() -> None:
    answer = answer_to_look(Look(read_target("www.example"), None, 1, None, {}, "dns", NOW), None)
    assert (answer.verdict, answer.reason, answer.address) == ("unreachable", "dns", None)
    assert answer.certificate is None


def test_a_bad_line_keeps_its_number() -> None:
    answer = answer_to_bad_line("x:y", "bad-port", "'y' is no port", 7, NOW)
    assert (answer.verdict, answer.reason, answer.evidence["line"]) == (None, "bad-port", 7)


def test_the_certificates_are_those_of_the_first_connection_that_showed_any() -> None:
    facts = probe(connection("burst"), connection("own-bytes", certificates=[DIGEST, "00" * 32]))
    own, issuers = shown_certificates(facts, {DIGEST: DER, "00" * 32: b"no certificate"})
    assert own is not None
    assert own.sha256 == DIGEST
    assert issuers == ()


def test_an_own_certificate_that_cannot_be_read_is_not_replaced_by_an_issuers() -> None:
    facts = probe(connection("burst", certificates=["00" * 32, DIGEST]))
    own, issuers = shown_certificates(facts, {DIGEST: DER, "00" * 32: b"no certificate"})
    assert own is None
    assert [each.sha256 for each in issuers] == [DIGEST]


def test_what_is_no_certificate_is_none() -> None:
    assert read_shown(b"") is None
    assert read_shown(DER) is not None

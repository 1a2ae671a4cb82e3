import json

from hypothesis import given

from hemostat.report import KEYS, json_line
from tests.report.samples import answer, any_answer, certificate


def test_the_keys_are_those_of_the_design_in_their_order() -> None:
    assert list(answer().as_json()) == list(KEYS)
    assert " ".join(KEYS) == (
        "target address port dialect verdict reason explanation evidence certificate observed_at"
    )


def test_the_certificate_holds_those_behind_it() -> None:
    own, issuer = certificate(), certificate(sha256="ef" * 32, subject="CN=A CA,O=Example")
    shown = answer(certificate=own, chain=(issuer,)).as_json()["certificate"]
    assert shown["sha256"] == own.sha256
    assert [each["sha256"] for each in shown["chain"]] == [issuer.sha256]


def test_none_is_null() -> None:
    assert answer().as_json()["certificate"] is None
    line = json.loads(json_line(answer(address=None, port=None, dialect=None, verdict=None)))
    assert [line[key] for key in ("address", "port", "dialect", "verdict", "certificate")] == [None] * 5


@given(any_answer)
def test_a_line_is_one_line_of_ascii_that_reads_back(given_answer: object) -> None:
    from hemostat.report import Answer

    assert isinstance(given_answer, Answer)
    line = json_line(given_answer)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == given_answer.as_json()

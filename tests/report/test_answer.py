import json

import pytest
from hypothesis import given

from hemostat.report import KEYS, Answer, json_line, named
from tests.report.samples import answer, any_answer, bad_line, certificate


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


@pytest.mark.parametrize(
    ("address", "port", "written"),
    [("192.0.2.7", 443, "192.0.2.7:443"), ("::1", 5, "[::1]:5"), (None, 443, "port 443"), (None, None, "")],
)
def test_who_was_asked(address: str | None, port: int | None, written: str) -> None:
    assert answer(address=address, port=port).place == written


@pytest.mark.parametrize(
    ("given_answer", "line"),
    [
        (answer(target="192.0.2.7:443"), "192.0.2.7:443"),
        (answer(target="[2001:db8::1]:443", address="2001:db8::1"), "[2001:db8::1]:443"),
        (answer("no-connection", address=None), "www.example"),
        (bad_line(None), "x:y"),
        (bad_line(), "line 7: x:y"),
        (bad_line(source="servers.txt"), "servers.txt line 7: x:y"),
    ],
)
def test_who_is_named_once(given_answer: Answer, line: str) -> None:
    assert named(given_answer) == line


def test_what_a_terminal_obeys_is_escaped() -> None:
    line = json_line(answer(target="a\x7f\x1b\u202e"))
    assert "a\\u007f\\u001b\\u202e" in line
    assert json.loads(line)["target"] == "a\x7f\x1b\u202e"


@given(any_answer)
def test_a_line_is_one_line_of_ascii_that_reads_back(given_answer: Answer) -> None:
    line = json_line(given_answer)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == given_answer.as_json()

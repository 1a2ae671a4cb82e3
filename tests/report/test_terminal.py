import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.report import Answer, Screen
from hemostat.report.terminal import disagreements, note, place
from tests.report.samples import answer, any_answer, certificate

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def printed(*answers: Answer, width: int = 100, colour: bool = False, interrupted: bool = False) -> str:
    out = io.StringIO()
    screen = Screen(out, width=width, colour=colour)
    for each in answers:
        screen.answer(each)
    screen.close(interrupted=interrupted)
    return out.getvalue()


def test_one_answer() -> None:
    assert printed(answer(certificate=certificate())) == (
        "verdict       address                   reason                target\n"
        "not-affected  192.0.2.7:443             not-offered           www.example\n"
        "\n"
        "not-affected (not-offered)\n"
        "  It speaks TLS1.2 and does not offer heartbeats: the code with the hole is not there, or switched\n"
        "  off. Nothing to do here.\n"
        "  - www.example at 192.0.2.7:443\n"
        "    TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), no heartbeats offered\n"
        "    certificate: www.example, example, 2026-01-01 to 2027-01-01, by CN=A CA,O=Example, key rsa 2048,\n"
        "    spki cdcdcdcdcdcdcdcd…\n"
    )


def test_the_worst_is_told_first_and_all_are_counted() -> None:
    text = printed(
        answer(),
        answer("own-bytes-answered", target="old.example", address="192.0.2.8"),
        answer(
            target="x:y",
            address=None,
            port=None,
            verdict=None,
            reason="bad-port",
            explanation="'y' is no port",
            evidence={"observation": None, "subject": None, "rule": None, "facts": None, "line": 7},
        ),
        answer("no-connection", target="gone.example", address="2001:db8::1"),
    )
    told = [
        line.split(" (")[0] for line in text.splitlines() if re.fullmatch(r"[a-z -]+ \([a-z0-9-]+\)", line)
    ]
    assert told == ["vulnerable", "unreachable", "no target", "not-affected"]
    assert "[2001:db8::1]:443" in text
    assert "- line 7: x:y" in text
    assert "4 answers: 1 vulnerable, 1 unreachable, 1 that name no target, 1 not-affected." in text
    assert "1 decided nothing, which is not the same as fine." in text


def test_a_thousand_that_are_fine_do_not_drown_the_one_that_is_not() -> None:
    fine = [answer(target=f"host-{n}.example") for n in range(1000)]
    text = printed(*fine, answer("own-bytes-answered", target="old.example"))
    after = text[text.index("vulnerable (") :]
    assert len(after.splitlines()) < 60
    assert "and 990 more" in after


def test_addresses_that_disagree_are_pointed_out() -> None:
    text = printed(answer(), answer("own-bytes-answered", address="192.0.2.8"))
    assert (
        "www.example: its addresses disagree (192.0.2.7:443 is not-affected, 192.0.2.8:443 is vulnerable). "
        "The worst counts: vulnerable."
    ) in " ".join(text.split())


def test_looks_at_one_address_that_disagree_are_pointed_out() -> None:
    text = printed(answer(), answer(), answer("own-bytes-answered"))
    assert "looks at 192.0.2.7:443 disagree (1 times vulnerable, 2 times not-affected)" in " ".join(
        text.split()
    )


def test_what_agrees_is_not_pointed_out() -> None:
    said: dict[str, dict[str, object]] = {}
    for each in (answer(), answer(address="192.0.2.8"), answer("own-bytes-answered", target="other.example")):
        note(said, each)  # type: ignore[arg-type]
    assert list(disagreements(said)) == []  # type: ignore[arg-type]


def test_an_interruption_is_said() -> None:
    assert "Interrupted: what was not answered yet is not in this list." in printed(
        answer(), interrupted=True
    )


def test_colour_repeats_what_the_words_say() -> None:
    plain, painted = (printed(answer("own-bytes-answered"), colour=colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31mvulnerable" in painted
    assert ESCAPE.sub("", painted) == plain


@pytest.mark.parametrize(
    ("address", "port", "written"),
    [("192.0.2.7", 443, "192.0.2.7:443"), ("::1", 5, "[::1]:5"), (None, 443, "port 443"), (None, None, "-")],
)
def test_who_was_asked(address: str | None, port: int | None, written: str) -> None:
    assert place(answer(address=address, port=port)) == written


@given(st.lists(any_answer, max_size=5), st.integers(min_value=1, max_value=200))
def test_whatever_strangers_wrote_a_terminal_stays_sane(answers: list[Answer], width: int) -> None:
    text = printed(*answers, width=width)
    assert all(line.isprintable() for line in text.split("\n"))
    assert all(
        len(line) <= max(width, 40) or len(line.split()) <= 3
        for line in text.partition("\n\n")[2].splitlines()
    )

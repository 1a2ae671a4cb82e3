import io
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.report import Answer, Screen
from hemostat.report.prose import columns
from tests.report.samples import answer, any_answer, bad_line, certificate, facts_of

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
LONG = "2001:db8:1111:2222:3333:4444:5555:6666"


def printed(
    *answers: Answer, width: int | None = None, colour: bool = False, interrupted: bool = False
) -> str:
    out = io.StringIO()
    screen = Screen(out, width=width, colour=colour)
    for each in answers:
        screen.answer(each)
    screen.close(interrupted=interrupted)
    return out.getvalue()


def flat(text: str) -> str:
    """Without the breaks that depend on the width."""
    return " ".join(text.split())


MIXED = (
    answer(certificate=certificate()),
    answer(
        "own-bytes-answered",
        target="https://例え.テスト/",
        address=LONG,
        certificate=certificate(names=("例え.テスト",), not_after="2014-05-01T00:00:00.000000Z"),
    ),
    bad_line(),
    answer("no-connection", target="nowhere.example", address=None),
)
DETAILS = """
vulnerable (own-bytes-answered)
  It gave back 16365 bytes that we had sent in a heartbeat without padding: OpenSSL 1.0.1 to 1.0.1f
  answers such a request, a fixed one must not (RFC 6520 section 4). Upgrade OpenSSL, stop and start
  the service, then replace its key and certificate.
  - https://例え.テスト/ at [2001:db8:1111:2222:3333:4444:5555:6666]:443
    TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), heartbeats offered
    certificate: 例え.テスト; 2026-01-01 to 2014-05-01, expired; by CN=A CA,O=Example; key rsa 2048,
    spki:cdcdcdcdcdcdcdcd

unreachable (refused)
  Nobody listens there: the connection was refused. Is the port right, and the service up?
  - nowhere.example

no target (bad-port)
  'y' is no port; a port is a whole number from 1 to 65535
  - line 7: x:y

not-affected (not-offered)
  It speaks TLS1.2 and does not offer heartbeats: the code with the hole is not there, or switched
  off. Nothing to do here.
  - www.example at 192.0.2.7:443
    TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), no heartbeats offered
    certificate: www.example, example; 2026-01-01 to 2027-01-01; by CN=A CA,O=Example; key rsa 2048,
    spki:cdcdcdcdcdcdcdcd

4 answers: 1 vulnerable, 1 unreachable, 1 no target, 1 not-affected.
Act on the vulnerable first: https://例え.テスト/ at [2001:db8:1111:2222:3333:4444:5555:6666]:443.
Unreachable is not fine: no connection came about, so nothing is known. Set name, port or the way
there right, and ask again.
Exit status 1: something is vulnerable.
"""
NORMAL = """\
verdict       address                   reason                target
not-affected  192.0.2.7:443             not-offered           www.example
vulnerable    [2001:db8:1111:2222:3333:4444:5555:6666]:443  own-bytes-answered  https://例え.テスト/
no target     line 7                    bad-port              x:y
unreachable   port 443                  refused               nowhere.example
"""
NARROW = """\
verdict       address                target
not-affected  192.0.2.7:443          www.example
vulnerable    [2001:db8:1111:2222:3333:4444:5555:6666]:443
              https://例え.テスト/
no target     line 7                 x:y
unreachable   port 443               nowhere.example

vulnerable (own-bytes-answered)
  It gave back 16365 bytes that we had sent in a heartbeat
  without padding: OpenSSL 1.0.1 to 1.0.1f answers such a
  request, a fixed one must not (RFC 6520 section 4).
  Upgrade OpenSSL, stop and start the service, then replace
  its key and certificate.
  - https://例え.テスト/ at
    [2001:db8:1111:2222:3333:4444:5555:6666]:443
    TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward
    secret), heartbeats offered
    certificate: 例え.テスト; 2026-01-01 to 2014-05-01,
    expired; by CN=A CA,O=Example; key rsa 2048,
    spki:cdcdcdcdcdcdcdcd
"""
# The columns that a normal terminal has too, and those that it hasn't.
WIDE = (
    ("verdict       address                   reason                target                        ",
     "version  certificate"),
    ("not-affected  192.0.2.7:443             not-offered           www.example                   ",
     "TLS1.2   www.example until 2027-01-01"),
    (f"vulnerable    [{LONG}]:443  own-bytes-answered  https://例え.テスト/", "TLS1.2  例え.テスト expired 2014-05-01"),
    ("no target     line 7                    bad-port              x:y                           ", "-        -"),
    ("unreachable   port 443                  refused               nowhere.example               ", "-        -"),
)  # fmt: skip


def test_a_normal_terminal() -> None:
    assert printed(*MIXED, width=100) == NORMAL + DETAILS


def test_a_narrow_terminal_has_the_reasons_below_and_breaks_what_does_not_fit() -> None:
    assert printed(*MIXED, width=60).startswith(NARROW)
    assert max(map(columns, printed(*MIXED, width=60).splitlines())) <= 60


def test_a_wide_terminal_shows_more_columns_and_no_longer_prose() -> None:
    assert printed(*MIXED, width=140) == "".join(f"{usual}  {more}\n" for usual, more in WIDE) + DETAILS


def test_where_there_is_no_terminal_a_row_is_a_line() -> None:
    long = answer("own-bytes-answered", target="a-very-long-name-of-a-host." * 2 + "example", address=LONG)
    row = printed(long).splitlines()[1]
    assert row == f"vulnerable    [{LONG}]:443  own-bytes-answered  {long.target}"
    assert row not in printed(long, width=100)
    assert printed(*MIXED) == NORMAL + DETAILS


@pytest.mark.parametrize("width", [None, 60, 100, 140])
def test_colour_repeats_what_the_words_say(width: int | None) -> None:
    plain, painted = (printed(*MIXED, width=width, colour=colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert ESCAPE.sub("", painted) == plain
    assert painted.count("\x1b[1;31mvulnerable\x1b[0m") == 2
    assert painted.count("\x1b[32mnot-affected\x1b[0m") == 2
    assert painted.count("\x1b[33mno target\x1b[0m") == 2


def test_one_answer_needs_no_sum() -> None:
    assert printed(answer(), width=100) == (
        "verdict       address                   reason                target\n"
        "not-affected  192.0.2.7:443             not-offered           www.example\n"
        "\n"
        "not-affected (not-offered)\n"
        "  It speaks TLS1.2 and does not offer heartbeats: the code with the hole is not there, or switched\n"
        "  off. Nothing to do here.\n"
        "  - www.example at 192.0.2.7:443\n"
        "    TLS1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (forward secret), no heartbeats offered\n"
    )


def test_a_row_is_out_before_the_next_answer_comes() -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.answer(answer())
    assert out.getvalue().splitlines()[1:] == [
        "not-affected  192.0.2.7:443             not-offered           www.example"
    ]


def test_the_worst_is_told_first() -> None:
    text = printed(
        answer(),
        answer("own-bytes-ignored", target="p.example"),
        bad_line(),
        answer("no-connection", target="u.example"),
        answer("control-unanswered", target="i.example"),
        answer("own-bytes-answered", target="v.example"),
    )
    told = [
        line.split(" (")[0] for line in text.splitlines() if re.fullmatch(r"[a-z -]+ \([a-z0-9-]+\)", line)
    ]
    assert told == ["vulnerable", "inconclusive", "unreachable", "no target", "patched", "not-affected"]
    assert (
        "6 answers: 1 vulnerable, 1 inconclusive, 1 unreachable, 1 no target, 1 patched, 1 not-affected."
    ) in text


def test_a_thousand_that_are_fine_do_not_drown_the_one_that_is_not() -> None:
    fine = [answer(target=f"host-{n}.example") for n in range(1000)]
    text = printed(*fine, answer("own-bytes-answered", target="old.example"))
    after = text[text.index("vulnerable (") :]
    assert len(after.splitlines()) < 40
    assert "  - and 990 more, each with its row above\n" in after
    assert "1001 answers: 1 vulnerable, 1000 not-affected.\n" in after


def test_every_vulnerable_one_is_named_at_the_end() -> None:
    text = printed(*[answer("own-bytes-answered", target=f"old-{n}.example") for n in range(100)])
    after = text[text.index("vulnerable (") :]
    assert all(f"  - old-{n}.example at 192.0.2.7:443\n" in after for n in range(100))
    assert "old-4.example at 192.0.2.7:443 and 95 more." in flat(after)
    assert after.count("forward secret") == 20


def test_looks_that_say_the_same_are_one_line() -> None:
    text = printed(*[answer()] * 12)
    assert text.count("  - www.example at 192.0.2.7:443 (12 times)\n") == 1
    assert "more, each" not in text


def test_a_bad_line_is_shown_with_its_number() -> None:
    assert "no target     line 7                    bad-port              x:y\n" in printed(bad_line())
    assert "\n  - line 7: x:y\n" in printed(bad_line())


@pytest.mark.parametrize("target", ["", "   "])
def test_a_row_without_a_name_is_a_row(target: str) -> None:
    long = answer(target=target, address=LONG, reason="a-reason-so-long-that-the-edge-is-reached")
    assert printed(long, width=80).splitlines()[2] == f"{' ' * 14}{long.reason}"


def test_addresses_that_disagree_are_pointed_out() -> None:
    text = printed(answer(), answer("own-bytes-answered", address="192.0.2.8"), width=60)
    assert (
        "www.example: its addresses disagree: vulnerable at 192.0.2.8:443; not-affected at 192.0.2.7:443. "
        "The worst counts: vulnerable."
    ) in flat(text)


def test_a_thousand_half_reachable_names_do_not_drown_the_end() -> None:
    both = [
        each
        for n in range(100)
        for each in (
            answer(target=f"{n}.example"),
            answer("no-connection", target=f"{n}.example", address="2001:db8::1"),
        )
    ]
    bad = [answer(), answer("own-bytes-answered", address="192.0.2.8")]
    text = printed(*both, *bad)
    assert text.count("disagree: ") == 10
    assert "\nAnd 91 more disagreements like these.\n" in text
    assert text.index("www.example: its addresses disagree") < text.index("0.example: its addresses disagree")


def test_each_disagreement_with_a_vulnerable_one_is_told() -> None:
    text = printed(
        *[
            each
            for n in range(20)
            for each in (answer(target=f"{n}.x"), answer("own-bytes-answered", target=f"{n}.x"))
        ]
    )
    assert text.count("disagree: ") == 20
    assert "more disagreement" not in text


def test_an_interruption_is_said() -> None:
    text = printed(answer(), interrupted=True)
    assert (
        "1 answer: 1 not-affected.\nInterrupted: what was not answered by then is not among these.\n" in text
    )
    assert text.endswith(
        "Exit status 130: interrupted before all was asked, and nothing is vulnerable so far.\n"
    )


def test_a_failure_that_is_told_elsewhere_has_a_status_of_its_own() -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.answer(answer())
    screen.answer(answer("own-bytes-answered"))
    screen.close(failed=True)
    assert "2 answers: 1 vulnerable, 1 not-affected." in out.getvalue()
    assert "Exit status" not in out.getvalue()


def test_where_nothing_was_asked_it_says_so() -> None:
    assert printed() == "\n0 answers.\nExit status 2: nothing was named that could be asked.\n"


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        (["not-offered", "own-bytes-ignored"], 0),
        (["not-offered", "own-bytes-answered"], 1),
        (["not-offered", "control-unanswered"], 3),
    ],
)
def test_the_exit_status_is_explained(rules: list[str], status: int) -> None:
    text = printed(*map(answer, rules))
    assert f"\nExit status {status}: " in text
    assert ("Act on the vulnerable first" in text) == (status == 1)
    assert ("Inconclusive is not fine" in text) == (status == 3)


HOSTILE = st.text(max_size=100)
hostile_answer = st.builds(
    lambda base, reason, explanation, source: answer(
        target=base.target,
        verdict=base.verdict,
        reason=reason,
        explanation=explanation,
        evidence={**base.evidence, "line": 3, "source": source},
        certificate=base.certificate,
    ),
    any_answer,
    HOSTILE,
    HOSTILE,
    HOSTILE,
)


@settings(max_examples=60)
@given(st.lists(any_answer | hostile_answer, max_size=5), st.integers(min_value=1, max_value=200))
def test_whatever_strangers_wrote_a_terminal_stays_sane(answers: list[Answer], width: int) -> None:
    text = printed(*answers, width=width)
    assert all(line.isprintable() for line in text.split("\n"))
    for line in text.split("\n"):
        if columns(line) > max(width, 40) and not re.fullmatch(r"\S.* \(.*\)", line):
            # One word alone, which isn't broken: so that it can be copied.
            assert len(re.sub(r"^[ -]+", "", line).split()) <= 1, line


def test_what_is_kept_of_ten_thousand_answers_is_their_names() -> None:
    def memory(count: int) -> int:
        """Bytes that a screen holds after so many answers, each with facts, a certificate and texts of its own."""
        screen = Screen(io.StringIO())
        tracemalloc.start()
        for number in range(count):
            each = answer(
                target=f"host-{number}.example",
                certificate=certificate(subject="CN=" + "x" * 1000 + str(number)),
            )
            screen._out.seek(0)
            screen._out.truncate()
            screen.answer(each)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held

    assert memory(2000) - memory(1000) < 1000 * 500


def test_answers_that_mean_the_same_stand_together_however_they_were_asked() -> None:
    how = "It was asked in IRC with STARTTLS and greeted in SMTP with STARTTLS, so it was asked in that."
    plain = answer("not-offered")
    other = answer(
        "not-offered", target="irc://other.example", explanation=f"{plain.explanation} {how}", how=how
    )
    text = printed(plain, other)
    assert text.count("not-affected (not-offered)") == 1
    assert text.count(how.split(" greeted")[0]) == 1
    assert flat(text).index("other.example at") < flat(text).index(how)


def test_a_proxy_is_named_with_how_many_answers_came_through_it() -> None:
    facts = facts_of("not-offered") | {"via": {"scheme": "socks5", "address": "192.0.2.9", "port": 1080}}
    through = answer(evidence={"observation": None, "subject": None, "rule": "not-offered", "facts": facts})
    assert "1 answer through the proxy socks5://192.0.2.9:1080." in flat(printed(through))
    assert "2 answers through the proxy socks5://192.0.2.9:1080." in flat(printed(through, through, answer()))
    assert "proxy" not in printed(answer())


def test_what_comes_from_the_ledger_is_told_from_what_was_asked_now() -> None:
    out = io.StringIO()
    screen = Screen(out, began="2026-11-24T12:00:00.000000Z")
    screen.answer(answer(observed_at="2026-11-23T12:00:00.000000Z"))
    screen.answer(answer(target="b.example"))
    screen.close()
    assert "1 answer from the ledger, as seen before; nobody was asked again for it." in flat(out.getvalue())
    assert "ledger" not in printed(answer(observed_at="2026-11-23T12:00:00.000000Z"))

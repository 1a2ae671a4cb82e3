"""What is said is tested with its layer (tests/layers/test_smtp.py); here, that the dialect says it with LHLO."""

import pytest

from hemostat.dialects.lmtp import DIALECT
from tests.dialects.talking import RECORD, meet


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert [said.split()[0] for said in met.said[:5:2]] == [b"220", b"250-www.example", b"220"]
    assert met.said[1::2] == [b"LHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]
    assert met.asks.ready
    assert met.grants.ready
    assert met.asks.from_peer(0, RECORD).to_tls == (RECORD,)


def test_round_trips_are_those_of_the_words() -> None:
    """The greeting, LHLO, STARTTLS: the server speaks first, and last."""
    assert meet(DIALECT).order.count("asks") == DIALECT.round_trips == 3


def test_a_server_is_known_by_its_greeting() -> None:
    assert DIALECT.greets(b"220 www.example LMTP ready\r\n")
    assert DIALECT.greets(b"220-www.example LMTP\r\n220 ready\r\n")
    assert not DIALECT.greets(b"220 www.example ESMTP ready\r\n")
    assert not DIALECT.greets(b"220 www.example FTP server\r\n")
    assert not DIALECT.greets(b"554 www.example LMTP\r\n")
    assert not DIALECT.greets(b"")

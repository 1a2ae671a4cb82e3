"""What XMPP says is tested with its layer (tests/layers/test_xmpp.py); here, that the dialect speaks as a server's."""

import pytest

from hemostat.dialects.xmpp_server import DIALECT
from tests.dialects.talking import RECORD, SETTING, meet, say


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_both_sides_agree(cut: int) -> None:
    met = meet(DIALECT, cut=cut)
    assert met.asks.ready
    assert met.grants.ready
    assert [b"jabber:server" in said for said in met.said] == [True, True, False, False, False]
    assert met.asks.from_peer(0, RECORD).to_tls == (RECORD,)


def test_round_trips_are_those_of_the_words() -> None:
    assert meet(DIALECT).turns == 2 * DIALECT.round_trips


def test_a_server_turns_those_away_who_speak_no_xml() -> None:
    """As Prosody 0.12 does, and our own side."""
    prosody = (
        b"<?xml version='1.0'?><stream:stream id='' xml:lang='en' xmlns:stream='http://etherx.jabber.org/streams' "
        b"xmlns='jabber:server'><stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        b"</stream:error></stream:stream>"
    )
    assert DIALECT.greets(prosody)
    assert DIALECT.greets(b"".join(say(DIALECT.grants(SETTING), RECORD)))
    assert not DIALECT.greets(prosody.replace(b"server", b"client"))
    assert not DIALECT.greets(b"<?xml version='1.0'?><html>")
    assert not DIALECT.greets(b"")

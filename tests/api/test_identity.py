import pytest

from hemostat.api import identify
from hemostat.api.identity import this_host
from hemostat.evidence import EvidenceError, parse


def test_by_itself_it_is_this_user_on_this_host() -> None:
    who = identify()
    assert who.vantage == who.network == who.host == this_host()
    assert parse(who.host).type == "host"
    assert who.authority is None
    assert who.operator


def test_labels_stand_in_for_the_host() -> None:
    who = identify(vantage="office", network="lab-2.example", authority="change 4711")
    assert (who.vantage, who.network, who.authority) == ("office", "lab-2.example", "change 4711")
    assert who.host == this_host()


def test_a_host_may_be_named() -> None:
    assert identify(network="host:name=web1").network == "host:name=web1"


@pytest.mark.parametrize("label", ["", "An Office", "two words", "tcp:8.8.8.8:443", "../x", "é"])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(EvidenceError):
        identify(vantage=label)
    with pytest.raises(EvidenceError):
        identify(network=label)


def test_under_sudo_it_is_who_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "alice")
    assert identify().operator == "alice"
    monkeypatch.setenv("SUDO_USER", "\x1b[31m")
    assert identify().operator.isprintable()


def test_without_a_machine_id_the_host_name_serves_and_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hemostat.api.identity._MACHINE_ID_FILES", ())
    monkeypatch.setattr("socket.gethostname", lambda: "Wéb 1")
    assert this_host() == "host:unstable=w-b-1"
    monkeypatch.setattr("socket.gethostname", lambda: "")
    assert this_host() == "host:unstable=localhost"

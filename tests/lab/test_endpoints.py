"""Which peers the lab serves, and how they are announced."""

import json
import re

import pytest

from hemostat.api.targets import read_target
from hemostat.dialects import dialects
from hemostat.lab.endpoints import (
    OpenEndpoint,
    announcement,
    default_endpoints,
    dialect_endpoints,
    select_endpoints,
)
from hemostat.lab.errors import LabError
from hemostat.lab.recordings import recorded_peers

DEFAULT = default_endpoints()


def test_there_is_one_of_each_kind() -> None:
    names = [endpoint.name for endpoint in DEFAULT]
    assert len(names) == len(set(names))
    assert {endpoint.peer.role for endpoint in DEFAULT} == {"server"}
    for transport in ("tcp", "udp"):
        of_it = [endpoint for endpoint in DEFAULT if endpoint.transport == transport]
        assert {endpoint.verdict for endpoint in of_it} == {"vulnerable", "patched", "not-affected"}
        for verdict in ("vulnerable", "patched"):
            readings = {each.peer.application.reading for each in of_it if each.verdict == verdict}
            assert len(readings) == (3 if transport == "tcp" else 2)


@pytest.mark.parametrize("endpoint", DEFAULT, ids=lambda endpoint: endpoint.name)
def test_a_name_says_what_it_is(endpoint: object) -> None:
    assert endpoint in DEFAULT
    named = next(each for each in DEFAULT if each is endpoint)
    word = {"vulnerable": "vulnerable", "patched": "patched", "not-affected": "no-heartbeats"}[named.verdict]
    assert named.name.startswith(word)
    assert ("dtls" in named.name) is (named.transport == "udp")
    assert named.says.startswith("OpenSSL 1.0.1")


def test_any_recorded_server_can_be_selected_by_its_id_in_the_order_given() -> None:
    servers = [peer for peer in recorded_peers() if peer.role == "server"]
    selected = select_endpoints([servers[0].id, "patched-reads-on", servers[-1].id])
    assert [endpoint.name for endpoint in selected] == [servers[0].id, "patched-reads-on", servers[-1].id]
    assert selected[0].peer is servers[0]
    assert select_endpoints([]) == ()


@pytest.mark.parametrize("name", ["nothing", "", "openssl-1.0.1f/client/tcp/TLS1.2/s_client"])
def test_a_name_that_is_none_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(LabError, match=r"there are: vulnerable-reads-on, .*; and each recorded server's id"):
        select_endpoints([name])


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
@pytest.mark.parametrize("endpoint", [DEFAULT[0], DEFAULT[-1]], ids=["tcp", "udp"])
def test_the_command_names_a_target_as_check_takes_it(endpoint: object, host: str, shown: str) -> None:
    spec = next(each for each in DEFAULT if each is endpoint)
    opened = OpenEndpoint(spec, host, 4433)
    assert opened.command == f"./hemostat check {opened.target}"
    assert f"{shown}:4433" in opened.target
    target = read_target(opened.target)
    assert (target.host, target.port, target.transport) == (host, 4433, spec.transport)


OPENED = [OpenEndpoint(endpoint, "127.0.0.1", 5000 + number) for number, endpoint in enumerate(DEFAULT)]


def test_the_table_has_a_line_for_each() -> None:
    head, *rows = announcement(OPENED).splitlines()
    assert head.split() == ["name", "verdict", "try", "what", "it", "is"]
    assert len(rows) == len(OPENED)
    for row, opened in zip(rows, OPENED, strict=True):
        name, verdict, command, says = re.split(r" {2,}", row)
        assert (name, verdict) == (opened.endpoint.name, opened.endpoint.verdict)
        assert (command, says) == (opened.command, opened.endpoint.says)
    assert len({row.index("./hemostat") for row in rows}) == 1


def test_the_json_has_a_line_for_each() -> None:
    lines = [json.loads(line) for line in announcement(OPENED, as_json=True).splitlines()]
    assert lines == [opened.as_json() for opened in OPENED]
    assert lines[0].keys() == {
        "name",
        "transport",
        "dialect",
        "host",
        "port",
        "verdict",
        "says",
        "peer",
        "command",
    }
    assert (lines[0]["port"], lines[0]["verdict"]) == (5000, "vulnerable")


def test_none_opened_is_a_table_of_none() -> None:
    assert announcement([]).split() == ["name", "verdict", "try", "what", "it", "is"]
    assert announcement([], as_json=True) == ""


def test_every_dialect_with_words_has_a_vulnerable_and_a_patched_endpoint() -> None:
    spoken = [dialect for dialect in dialects().values() if dialect.has_words]
    found = {each.name: each for each in dialect_endpoints()}
    assert found.keys() == {f"{word}-{each.name}" for word in ("vulnerable", "patched") for each in spoken}
    for dialect in spoken:
        endpoint = found[f"vulnerable-{dialect.name}"]
        assert (endpoint.dialect, endpoint.transport, endpoint.verdict) == (
            dialect.name,
            dialect.transport,
            "vulnerable",
        )
        target = read_target(OpenEndpoint(endpoint, "127.0.0.1", 5000).target)
        assert (target.dialect, target.port) == (dialect.name, 5000)


def test_all_dialects_can_be_named_at_once_or_one_by_one() -> None:
    assert select_endpoints(["dialects"]) == dialect_endpoints()
    (one,) = select_endpoints(["patched-smtp"])
    assert (one.name, one.dialect, one.verdict) == ("patched-smtp", "smtp", "patched")
    with pytest.raises(LabError, match=r"vulnerable-smtp, .*dialects"):
        select_endpoints(["vulnerable-gopher"])

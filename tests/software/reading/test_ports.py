"""Ports out of addresses."""

import pytest

from hemostat.software.reading.ports import port_of, ports_of


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("443", 443),
        ("*:443", 443),
        ("127.0.0.1:8443", 8443),
        ("[::1]:443", 443),
        (":443", 443),
        ("https", 443),
        ("localhost:smtps", 465),
        ("localhost", None),
        ("unix:/run/x", None),
        ("0", None),
        ("65536", None),
        ("1-2", None),
        ("", None),
    ],
)
def test_a_port(address: str, port: int | None) -> None:
    assert port_of(address) == port


def test_ports_are_sorted_and_each_once() -> None:
    assert ports_of(["b:2", "1", "x", "2"]) == (1, 2)

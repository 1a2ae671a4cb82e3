"""Options: what makes sense, and which names are sent."""

import pytest

from hemostat.api.targets import read_target
from hemostat.detect.network import Options
from hemostat.detect.network.options import LONGEST_TIMEOUT
from hemostat.targets import TargetError

NAMED = read_target("www.example.")
LITERAL = read_target("192.0.2.1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": 0.0},
        {"timeout": -1.0},
        {"timeout": LONGEST_TIMEOUT + 1},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"retries": -1},
        {"concurrency": 0},
        {"looks": 0},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"at (least|most)"):
        Options(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["bad name", "192.0.2.1", "::1", "-x.example", "a" * 64, "x." * 200])
def test_a_server_name_is_a_host_name(wrong: str) -> None:
    with pytest.raises(ValueError, match="server name") as caught:
        Options(sni=wrong)
    assert isinstance(caught.value.__cause__, TargetError)


def test_a_server_name_is_brought_into_the_form_that_is_sent() -> None:
    assert Options(sni="Bücher.Example.").sni == "xn--bcher-kva.example"


def test_the_name_is_sent_first_and_then_none() -> None:
    assert Options().server_names(NAMED) == ("www.example", None)
    assert Options(sni="other.example").server_names(NAMED) == ("other.example", None)
    assert Options(sni="other.example").server_names(LITERAL) == ("other.example", None)


def test_no_name_is_sent_first_and_then_the_targets_own() -> None:
    assert Options(sni="").server_names(NAMED) == (None, "www.example")


def test_an_address_has_no_name() -> None:
    assert Options().server_names(LITERAL) == (None, None)
    assert Options(sni="").server_names(LITERAL) == (None, None)

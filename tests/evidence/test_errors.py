"""The one error of this package, and what its messages never hold."""

import pytest

from hemostat.errors import HemostatError
from hemostat.evidence import KINDS, EvidenceError, decode, encode, names, parse, read_line, read_time
from hemostat.evidence.shape import Mismatch

SECRET = "PRIVATE-MEMORY-7f3a"


def test_it_is_an_error_of_hemostat() -> None:
    assert issubclass(EvidenceError, HemostatError)
    assert issubclass(Mismatch, EvidenceError)


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: decode(f'"{SECRET}" '),
        lambda: decode(f'{{"{SECRET}": 1}}'),
        lambda: decode(f"[1.{SECRET}]"),
        lambda: encode({f"{SECRET}\n": 1}),
        lambda: encode(f"{SECRET}\ud800"),
        lambda: parse(f"tcp:{SECRET}:443"),
        lambda: parse(f"{SECRET}"),
        lambda: names.host_by_name(SECRET + "!"),
        lambda: names.copy("host:name=a", SECRET),
        lambda: read_time(SECRET),
        lambda: read_line(SECRET),
        lambda: KINDS["run"].check({SECRET: SECRET}),
        lambda: KINDS["run-end"].check({"count": 2, "outcome": SECRET}),
    ],
)
def test_a_message_never_repeats_what_was_refused(refuse: object) -> None:
    assert callable(refuse)
    with pytest.raises(EvidenceError) as raised:
        refuse()
    assert SECRET.lower() not in str(raised.value).lower()
    assert str(raised.value)

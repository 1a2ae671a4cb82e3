"""The syntax of Apache and ProFTPD."""

from hypothesis import given, settings

from hemostat.software.reading.angles import angles
from hemostat.software.reading.files import numbered
from hemostat.software.reading.tree import Event
from tests.software.reading.hostile import garbled, scraps


def test_sections_and_directives() -> None:
    text = '# x\n<VirtualHost *:443 "a b">\n  SSLCertificateFile \\\n   "/c d" # e\n</VirtualHost>\n<IfModule !x>\nEnd'
    assert list(angles(numbered(text))) == [
        Event(2, "opens", "virtualhost", ("*:443", "a b")),
        Event(3, "says", "sslcertificatefile", ("/c d", "#", "e")),
        Event(5, "closes"),
        Event(6, "opens", "ifmodule", ("!x",)),
        Event(7, "says", "end", ()),
    ]


@settings(max_examples=60)
@given(scraps() | garbled("<a b>\nc 'd' \\\n e\n</a>\n"))
def test_scraps_yield_no_more_than_they_hold(text: str) -> None:
    lines = numbered(text)
    assert len(list(angles(lines))) <= len(lines)

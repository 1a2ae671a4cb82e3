"""Lists of targets, one a line."""

import codecs
import io
import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hemostat.targets import (
    CODES,
    BadLine,
    Scheme,
    Schemes,
    SeenTargets,
    TargetLine,
    TargetLines,
)
from hemostat.targets.lists import MAX_LINE
from hemostat.targets.printable import SHOWN
from tests.targets.known import parse_chunks, parse_lines, parse_target


def hosts(found: TargetLines) -> list[tuple[int, str]]:
    """Number and host of each line, or its code where it is bad."""
    return [(one.number, one.target.host if isinstance(one, TargetLine) else one.code) for one in found]


def one(found: TargetLines) -> TargetLine | BadLine:
    (line,) = found
    return line


def test_a_list_as_people_keep_them() -> None:
    data = (
        b"\xef\xbb\xbf# our servers\r\n"
        b"\r\n"
        b"www.example.org\r\n"
        b"  mail.example.org:993   # the old one\r\n"
        b"\twww.example.org:443\r\n"
        b'[2001:db8::1]:8443,rack 7,"do not reboot"\r\n'
        b"dtls://vpn.example.org\r\n"
        b"http://www.example.org\r\n"
        b"b\xc3\xbccher.example"
    )
    found = parse_chunks([data])
    assert hosts(found) == [
        (3, "www.example.org"),
        (4, "mail.example.org"),
        (6, "2001:db8::1"),
        (7, "vpn.example.org"),
        (8, "no-tls"),
        (9, "xn--bcher-kva.example"),
    ]
    assert (found.lines, found.targets, found.bad, found.duplicates) == (9, 5, 1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_lines_may_end_in_three_ways(end: str, last: str) -> None:
    data = end.join(["a", "", "b", "end"]) + (end if not last else "")
    expected = [(1, "a"), (3, "b"), (4, "end")]
    assert hosts(parse_chunks([data.encode()])) == expected
    assert hosts(parse_chunks([data])) == expected
    assert hosts(parse_chunks([bytes([byte]) for byte in data.encode()])) == expected
    assert hosts(parse_lines([data])) == expected
    assert hosts(parse_lines(io.BytesIO(data.encode()))) == expected


def test_ends_may_be_mixed_and_cut_between_two_chunks() -> None:
    assert hosts(parse_chunks([b"a\r", b"\nb\r", b"c\n", b"\rd"])) == [(1, "a"), (2, "b"), (3, "c"), (5, "d")]
    assert hosts(parse_chunks([b"a\r", b"", b"\nb"])) == [(1, "a"), (2, "b")]
    assert hosts(parse_chunks([b"a\r", b"\n", b"\nb"])) == [(1, "a"), (3, "b")]


def test_each_item_of_lines_is_a_line_with_or_without_its_end() -> None:
    assert hosts(parse_lines(["a", "b\n", "", "c\r\n", "d\re"])) == [
        (1, "a"),
        (2, "b"),
        (4, "c"),
        (5, "d"),
        (6, "e"),
    ]
    assert hosts(parse_lines(["a\r", "\n", "b"])) == [(1, "a"), (3, "b")]


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("a.example#b", "bad-name"),
        ("https://a.example/#b", "a.example"),
        ("a.example #b", "a.example"),
        ("a.example\t# b, c", "a.example"),
        ("a.example,b", "a.example"),
        ("a.example;b", "bad-name"),
        ("a.example , b", "a.example"),
        ("a.example\tb\tc", "a.example"),
        ('"a.example"', "a.example"),
        ('"a.example","the shop, old",1', "a.example"),
        ('"a.example"b', "a.example"),
        ('"a.example', "bad-name"),
        ('""', "empty"),
        (",a.example", "empty"),
        ("1,a.example", "bad-address"),
        ("https://a.example/x,y", "a.example"),
        ("a.example\u00a0", "a.example"),
        ("a.example\x0bb", "several"),
        ("a.example\x00", "bad-character"),
        ("\ufeffa.example", "a.example"),
    ],
)
def test_only_the_first_field_counts(line: str, host: str) -> None:
    assert hosts(parse_lines([line])) == [(1, host)]


@pytest.mark.parametrize("line", ["#", "# a", "  # a", "", " ", "\t", "\x0c", "\ufeff", "\ufeff# a", "\xa0"])
def test_comments_and_blanks_say_nothing(line: str) -> None:
    assert hosts(parse_lines([line])) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.example 8443", "write a.example:8443"),
        ("a.example,8443", "write a.example:8443"),
        ('"a.example",8443,x', "write a.example:8443"),
        ("A.Example.\t8443", "write a.example.:8443"),
        ("::1 8443", "write [::1]:8443"),
        ("dtls://a.example 4433", "write dtls://a.example:4433"),
    ],
)
def test_a_port_in_a_field_of_its_own_is_refused_not_ignored(line: str, says: str) -> None:
    bad = one(parse_lines([line]))
    assert isinstance(bad, BadLine)
    assert (bad.code, says in bad.message) == ("bad-form", True)


@pytest.mark.parametrize(
    "line", ["a.example:1 8443", "[::1]:1,8443", "a.example 0", "a.example 65536", "a.example # 8443"]
)
def test_a_number_that_cannot_be_the_port_is_a_comment(line: str) -> None:
    assert isinstance(one(parse_lines([line])), TargetLine)


def test_the_first_of_equal_targets_stands() -> None:
    found = parse_lines(["HOST", "host:443", "https://host/x", "dtls://host", "host.", "host:444", "host"])
    assert [line.target.written for line in found if isinstance(line, TargetLine)] == [
        "HOST",
        "dtls://host",
        "host.",
        "host:444",
    ]
    assert found.duplicates == 3


def test_repetitions_are_kept_where_asked() -> None:
    found = parse_lines(["a", "a"], unique=False)
    assert hosts(found) == [(1, "a"), (2, "a")]
    assert found.duplicates == 0


def test_default_port_and_schemes_are_passed_on() -> None:
    schemes = Schemes({"smtp": Scheme("smtp", "tcp", 25)})
    found = parse_lines(["a", "smtp://b", "https://c"], default_port=993, schemes=schemes)
    assert [line.target.port if isinstance(line, TargetLine) else line.code for line in found] == [
        993,
        25,
        "unknown-scheme",
    ]


def test_bytes_that_are_no_text_are_a_bad_line_and_the_rest_goes_on() -> None:
    found = parse_chunks([b"a\nb\xff\x1b[2Jc\nd\x00\ne\xed\xa0\x80\nf\n"])
    lines = list(found)
    assert [line.code if isinstance(line, BadLine) else line.target.host for line in lines] == [
        "a",
        "not-utf-8",
        "bad-character",
        "not-utf-8",
        "f",
    ]
    bad = lines[1]
    assert isinstance(bad, BadLine)
    assert bad.text == r"b\xff\x1b[2Jc"
    assert bad.message == "byte 2 of the line (0xff) is not UTF-8 text; save the list as UTF-8"


def test_a_lone_surrogate_in_a_string_is_a_bad_line() -> None:
    assert hosts(parse_lines(["a\udcff", "b"])) == [(1, "not-utf-8"), (2, "b")]


def test_an_over_long_line_is_one_bad_line_and_the_rest_goes_on() -> None:
    def flood() -> Iterator[bytes]:
        yield b"a\n"
        for _ in range(100):
            yield b"x" * 65536
        yield b"\nb\n"

    found = parse_chunks(flood())
    lines = list(found)
    assert [line.code if isinstance(line, BadLine) else line.target.host for line in lines] == [
        "a",
        "too-long",
        "b",
    ]
    bad = lines[1]
    assert isinstance(bad, BadLine)
    assert (bad.number, len(bad.text)) == (2, SHOWN)


def test_the_limit_of_a_line_is_exact() -> None:
    for cut in (1, 7, MAX_LINE, MAX_LINE + 1, 10 * MAX_LINE):
        fits = b"a".ljust(MAX_LINE) + b"\n"
        spills = b"b".ljust(MAX_LINE + 1) + b"\n"
        data = fits + spills + b"c".ljust(MAX_LINE + 1)
        chunks = [data[start : start + cut] for start in range(0, len(data), cut)]
        assert hosts(parse_chunks(chunks)) == [(1, "a"), (2, "too-long"), (3, "too-long")]
        assert hosts(parse_lines([fits, spills, spills.rstrip(b"\n")])) == [
            (1, "a"),
            (2, "too-long"),
            (3, "too-long"),
        ]


def test_memory_is_bounded_by_a_chunk_and_a_line() -> None:
    chunk = b"x" * 65536
    tracemalloc.start()
    try:
        found = list(parse_chunks(itertools.repeat(chunk, 200)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [line.code for line in found if isinstance(line, BadLine)] == ["too-long"]
    assert peak < 4 * len(chunk)


def test_a_line_is_given_as_soon_as_it_is_whole() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"h%d\n" % read

    found = parse_chunks(endless())
    for expected in range(1, 50):
        line = next(found)
        assert isinstance(line, TargetLine)
        assert line.target.host == f"h{expected}"
        assert read <= expected + 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("cut", [1, 3, 4096])
def test_a_stream_in_utf_16_with_its_mark_is_read(encoding: str, cut: int) -> None:
    data = "\ufeffa.example\r\nbücher.example\r\n# x\r\n\ud83d\udc19\r\nc".encode(encoding, "surrogatepass")
    found = parse_chunks(data[start : start + cut] for start in range(0, len(data), cut))
    assert hosts(found) == [(1, "a.example"), (2, "xn--bcher-kva.example"), (4, "bad-name"), (5, "c")]


def test_utf_16_that_is_broken_off_is_a_bad_line() -> None:
    assert hosts(parse_chunks([codecs.BOM_UTF16_LE + "a\nb".encode("utf-16-le")[:-1]])) == [
        (1, "a"),
        (2, "bad-name"),
    ]


def test_utf_16_given_in_lines_is_refused_once() -> None:
    bad = one(parse_lines(io.BytesIO("\ufeffa.example\r\nb.example\r\n".encode("utf-16-le"))))
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.code) == (1, "utf-16")


def test_utf_16_without_its_mark_is_bad_line_by_line() -> None:
    found = parse_chunks(["a.example\nb.example".encode("utf-16-le")])
    assert hosts(found) == [(1, "bad-character"), (2, "bad-character")]


def test_strings_and_bytes_may_be_mixed() -> None:
    assert hosts(parse_chunks([b"\xc3", "a", b"\nb", "\nü.example"])) == [
        (1, "not-utf-8"),
        (2, "b"),
        (3, "xn--tda.example"),
    ]
    assert hosts(parse_chunks(["", b"", b"\xff", b"", b"\xfea\x00", "\nb"])) == [(1, "a"), (2, "b")]


def test_passwords_are_not_repeated() -> None:
    bad = one(parse_lines(["https://me:hunter2@host , note"]))
    assert isinstance(bad, BadLine)
    assert "hunter2" not in bad.text + bad.message


SCRAPS = [b"a", b"b.example", b":443", b"#", b",", b'"', b"https://", b"@", "ü".encode(), b"8443", b"[::1]"]
RAW = [b" ", b"\r", b"\n", b"\r\n", b"\x00", b"\xff", b"\xfe", b"\xef\xbb\xbf", b"\xc3", b"x" * 5000]
BYTES = st.binary(max_size=400) | st.lists(st.sampled_from([*SCRAPS, *RAW]), max_size=12).map(b"".join)


@given(BYTES, st.lists(st.integers(1, 50), min_size=1, max_size=20))
@example(b"\xff\xfea\x00\r\x00\n\x00b\x00", [1])
@example(b"\xef\xbb\xbf", [1, 1, 1])
def test_any_bytes_give_lines_whole_or_cut_the_same(data: bytes, sizes: list[int]) -> None:
    whole = parse_chunks([data])
    lines = list(whole)
    for line in lines:
        if isinstance(line, BadLine):
            assert line.code in CODES
            assert line.text.isprintable()
            assert len(line.text) <= SHOWN
            assert line.message.isprintable()
        else:
            assert parse_target(line.target.written) == line.target
    assert [line.number for line in lines] == sorted({line.number for line in lines})
    assert whole.targets + whole.bad == len(lines)

    chunks: list[bytes] = []
    start = 0
    while start < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[start : start + size])
        start += size
    again = parse_chunks(chunks)
    assert list(again) == lines
    assert (again.lines, again.duplicates) == (whole.lines, whole.duplicates)


@given(st.lists(st.text(max_size=60) | BYTES, max_size=8))
def test_any_items_give_lines(items: list[str | bytes]) -> None:
    found = parse_lines(items)
    for line in found:
        assert isinstance(line, TargetLine | BadLine)
    assert (
        found.lines >= len(items) or found.bad
    )  # each item is a line at least, unless UTF-16 ended the list


def test_several_lists_may_be_one() -> None:
    seen = SeenTargets()
    assert seen.add(parse_target("b.example"))
    first = parse_chunks([b"a.example\nx:y\n"], seen=seen, source="first")
    second = parse_chunks([b"https://A.example\nb.example:443\nc.example\n"], seen=seen)
    assert hosts(first) == [(1, "a.example"), (2, "bad-port")]
    assert hosts(second) == [(3, "c.example")]
    assert (first.duplicates, second.duplicates, seen.repeated) == (0, 2, 2)


def test_a_bad_line_knows_its_list() -> None:
    assert [one(parse_chunks([b"x:y"], source=source)).source for source in ("a", None)] == ["a", None]  # type: ignore[union-attr]

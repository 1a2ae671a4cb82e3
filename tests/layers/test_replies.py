"""Replies of three digits."""

from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.layers import Reply, Setting, Spoken, Words, reply
from tests.dialects.talking import SETTING, say


def hear(data: bytes, *, any_line: bool = False, cut: int = 0) -> tuple[Spoken, list[Reply]]:
    """A layer that wants one reply and nothing more, and what it heard."""
    heard: list[Reply] = []

    def words(setting: Setting) -> Words:
        heard.append((yield from reply(any_line=any_line)))

    layer = Spoken(words(SETTING))
    say(layer, data, cut=cut)
    return layer, heard


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"220 ready\r\n", Reply(220, (b"ready",))),
        (b"220\r\n", Reply(220, (b"",))),
        (b"220 bare newline\n", Reply(220, (b"bare newline",))),
        (b"250-one\r\n250-two\r\n250 three\r\n", Reply(250, (b"one", b"two", b"three"))),
        (b"250-one\r\n250\r\n", Reply(250, (b"one", b""))),
    ],
)
def test_a_reply_is_heard_whole(data: bytes, expected: Reply, cut: int) -> None:
    layer, heard = hear(data, cut=cut)
    assert heard == [expected]
    assert layer.ready


@pytest.mark.parametrize("cut", [0, 1])
def test_lines_between_may_look_like_anything_where_that_is_allowed(cut: int) -> None:
    """RFC 959 section 4.2."""
    data = b"220-welcome\r\n  234 no end\r\n230 another code\r\nfor-all\r\n220-x\r\n\r\n220 end\r\n"
    layer, heard = hear(data, any_line=True, cut=cut)
    lines = (b"welcome", b"  234 no end", b"230 another code", b"for-all", b"x", b"", b"end")
    assert heard == [Reply(220, lines)]
    assert layer.ready
    assert hear(data)[0].refusal == "broken-words"


@pytest.mark.parametrize(
    "data", [b"\r\n", b"22 \r\n", b"2200\r\n", b"22a x\r\n", b"220_x\r\n", b"+OK\r\n", b"\xb2\xb2\xb0 x\r\n"]
)
def test_what_begins_with_no_code_is_another_protocol(data: bytes) -> None:
    assert hear(data)[0].refusal == "other-protocol"


@pytest.mark.parametrize("second", [b"250 other\r\n", b"hello\r\n", b"\r\n"])
def test_a_code_that_changes_breaks_the_reply(second: bytes) -> None:
    assert hear(b"220-x\r\n" + second)[0].refusal == "broken-words"


@pytest.mark.parametrize("any_line", [False, True])
def test_256_lines_are_a_reply_and_257_are_too_long(any_line: bool) -> None:
    layer, heard = hear(b"220-x\r\n" * 255 + b"220 x\r\n", any_line=any_line)
    assert len(heard[0].lines) == 256
    assert layer.ready
    assert hear(b"220-x\r\n" * 256 + b"220 x\r\n", any_line=any_line)[0].refusal == "too-long"


@pytest.mark.parametrize(("code", "kind"), [(220, 2), (354, 3), (421, 4), (599, 5), (99, 0)])
def test_the_first_digit_is_its_kind(code: int, kind: int) -> None:
    assert Reply(code, ()).kind == kind


def test_an_unfinished_reply_is_waited_for() -> None:
    layer, heard = hear(b"220-x\r\n220 y")
    assert (layer.ready, layer.refusal, heard) == (False, None, [])


@given(
    st.lists(
        st.sampled_from([b"220-a\r\n", b"220 b\r\n", b"\r\n", b"x\n"]) | st.binary(max_size=9), max_size=9
    ),
    st.integers(1, 9),
    st.booleans(),
)
def test_pieces_mean_what_the_whole_means(lines: list[bytes], cut: int, any_line: bool) -> None:
    data = b"".join(lines)
    whole, heard = hear(data, any_line=any_line)
    pieces, heard_so = hear(data, any_line=any_line, cut=cut)
    assert heard == heard_so
    assert whole.ready == pieces.ready or "text-before-tls" in (whole.refusal, pieces.refusal)


def test_it_is_a_generator_that_returns_the_reply() -> None:
    generator = reply()
    assert isinstance(generator, Generator)
    next(generator)
    with pytest.raises(StopIteration) as ended:
        generator.send(b"220 hello")
    assert ended.value.value == Reply(220, (b"hello",))

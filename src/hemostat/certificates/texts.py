r"""Text out of certificates: of strangers, in five encodings, made safe to show.

What a terminal obeys, what reorders a line, and whatever else does not print is written as RFC 4514 section
2.4 writes it: `\` and two hex digits for each byte of its UTF-8. So every text is one printable line.
"""

from typing import Final

__all__ = ["STRING_ENCODINGS", "printable", "read_string", "shortened"]

STRING_ENCODINGS: Final = {
    0x0C: "utf-8",  # UTF8String
    0x12: "ascii",  # NumericString
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # TeletexString: what everybody wrote into it, whatever T.61 says
    0x16: "ascii",  # IA5String
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}
"""The encoding of each string type, by its tag (X.680 section 41, RFC 5280 section 4.1.2.4)."""


def read_string(tag: int, contents: bytes) -> str | None:
    """The text of a string of that type; None for other types.

    Bytes that are not of its encoding are read as UTF-8 where they are that (the commonest fault), else as
    Latin-1, which every byte is.
    """
    encoding = STRING_ENCODINGS.get(tag)
    if encoding is None:
        return None
    for candidate in (encoding, "utf-8"):
        try:
            return contents.decode(candidate)
        except UnicodeDecodeError:
            continue
    return contents.decode("latin-1")


def printable(text: str) -> str:
    r"""The text with each character that does not print, by `str.isprintable`, as `\` and hex: ESC is `\1b`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def shortened(text: str, most: int) -> tuple[str, bool]:
    """The text, cut to `most` characters with `...` at its end where it was longer; and whether it is whole."""
    return (text, True) if len(text) <= most else (text[: most - 3] + "...", False)


def _escape(character: str) -> str:
    return "".join(f"\\{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))

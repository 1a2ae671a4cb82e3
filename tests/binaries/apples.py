"""Mach-O files made by hand, by Apple's <mach-o/loader.h>, without lief: what the readers are held to."""

from collections.abc import Sequence
from struct import pack

__all__ = ["macho", "universal"]

ARM64, X86_64, I386, PPC = 0x0100000C, 0x01000007, 7, 18


def macho(
    *,
    exported: Sequence[str] = (),
    imported: Sequence[str] = (),
    kept: Sequence[str] = (),
    texts: bytes = b"",
    soname: str | None = None,
    needed: Sequence[str] = (),
    uuid: bytes | None = None,
    machine: int = X86_64,
    order: str = "<",
    wide: bool = True,
    library: bool = True,
) -> bytes:
    """A dylib, or a program. `kept`: functions that nobody else can call and whose names were left."""
    strings, symbols = b"\0", b""
    rows = [(name, 0x0F, 1) for name in exported] + [(name, 0x01, 0) for name in imported]
    for name, kind, section in [*rows, *((name, 0x0E, 1) for name in kept)]:
        at = len(strings)
        strings += b"_" + name.encode() + b"\0"
        symbols += pack(f"{order}IBBH{'Q' if wide else 'I'}", at, kind, section, 0, 0x1000)

    def command(number: int, contents: bytes) -> bytes:
        contents += b"\0" * (-len(contents) % 8)
        return pack(f"{order}II", number, 8 + len(contents)) + contents

    def dylib(number: int, name: str) -> bytes:
        return command(number, pack(f"{order}IIII", 24, 0, 0, 0) + name.encode() + b"\0")

    head_size = 32 if wide else 28
    word = "Q" if wide else "I"

    def commands(sizes: Sequence[int]) -> list[bytes]:
        text_at, symbols_at, strings_at, end = sizes
        span = pack(f"{order}4{word}", 0, end, 0, end)
        section = b"__text".ljust(16, b"\0") + b"__TEXT".ljust(16, b"\0")
        section += pack(f"{order}2{word}", text_at, symbols_at - text_at)
        section += pack(f"{order}IIIIIII", text_at, 0, 0, 0, 0, 0, 0) + (b"\0" * 4 if wide else b"")
        found = [
            command(
                0x19 if wide else 0x01,
                b"__TEXT".ljust(16, b"\0") + span + pack(f"{order}IIII", 7, 5, 1, 0) + section,
            ),
            command(
                0x02,
                pack(
                    f"{order}IIII", symbols_at, len(symbols) // (16 if wide else 12), strings_at, len(strings)
                ),
            ),
        ]
        found += [command(0x1B, uuid)] if uuid else []
        found += [dylib(0x0D, soname)] if soname else []
        return found + [dylib(0x0C, name) for name in needed]

    count, length = len(commands((0, 0, 0, 0))), sum(map(len, commands((0, 0, 0, 0))))
    text_at = head_size + length
    text = b"\0" + texts + b"\0"
    text += b"\0" * (-(text_at + len(text)) % 8)
    symbols_at = text_at + len(text)
    strings_at = symbols_at + len(symbols)
    made = b"".join(commands((text_at, symbols_at, strings_at, strings_at + len(strings))))
    head = pack(
        f"{order}7I", 0xFEEDFACF if wide else 0xFEEDFACE, machine, 3, 6 if library else 2, count, length, 0
    )
    return head + (b"\0" * 4 if wide else b"") + made + text + symbols + strings


def universal(*slices: tuple[int, bytes]) -> bytes:
    """Files for several machines in one: each with the number of its machine."""
    head, body, at = pack(">II", 0xCAFEBABE, len(slices)), b"", 4096
    for machine, contents in slices:
        head += pack(">IIIII", machine, 3, at + len(body), len(contents), 12)
        body += contents + b"\0" * (-len(contents) % 4096)
    return head.ljust(4096, b"\0") + body

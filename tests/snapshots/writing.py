"""A snapshot as a collector would print it, from records in a few words."""

from collections.abc import Iterable, Mapping

__all__ = ["line", "snapshot"]

Fields = Mapping[str, bytes | str | int]


def line(kind: str, fields: Fields | None = None) -> bytes:
    """One line, its values percent-encoded. Written apart from the reader, so that they can't share an error."""
    out = kind.encode()
    for key, value in (fields or {}).items():
        given = value if isinstance(value, bytes) else str(value).encode()
        shown = b"".join(bytes([b]) if 0x20 <= b < 0x7F and b != 0x25 else b"%%%02X" % b for b in given)
        out += b"\t" + key.encode() + b"=" + shown
    return out + b"\n"


def snapshot(sections: Mapping[str, Iterable[tuple[str, Fields]]]) -> bytes:
    """All of it, with its counts."""
    lines = [line("collector", {"at": 1_400_000_000, "uid": 0, "user": "root"})]
    for name, records in sections.items():
        inside = [line(kind, fields) for kind, fields in records]
        lines += [
            line("begin", {"section": name}),
            *inside,
            line("finish", {"section": name, "records": len(inside)}),
        ]
    return b"".join([b"hemostat-snapshot 1\n", *lines, line("end", {"records": len(lines)})])

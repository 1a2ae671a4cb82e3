"""FTP's AUTH TLS (RFC 4217): the server's greeting, AUTH TLS.

AUTH is asked for at once, since its answer says all (RFC 2228 section 3); FEAT is asked only where that answer is "log
in first", which vsftpd gives to whatever it does not know.
"""

from collections.abc import Generator
from typing import Final

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refused, Reply, Setting, Want, Words, none_offered, reply, spoken

__all__ = ["DIALECT"]

_WAIT: Final = 120
"""Not ready yet: another reply follows (RFC 959 section 5.4)."""
_GRANTED: Final = (234, 334)
"""334 is from before RFC 4217, and means the same where no ADAT belongs to the mechanism (RFC 2228 section 3)."""
_UNKNOWN: Final = (500, 502)
_OTHER_MECHANISM: Final = 504
_LOGIN_FIRST: Final = 530
_SYSTEM: Final = 215
_NOT_NOW: Final = (421, 431)
_MECHANISMS: Final = (b"TLS", b"TLS-C", b"TLS-P", b"SSL")


def _asks(setting: Setting) -> Words:
    greeting = yield from reply(any_line=True)
    while greeting.code == _WAIT:
        greeting = yield from reply(any_line=True)
    if greeting.kind in (4, 5):
        raise Refused("tls-unavailable" if greeting.code in _NOT_NOW else "refused-by-policy")
    welcome = b" ".join(greeting.lines)
    if greeting.code != 220 or _is_mail(welcome):
        raise Refused("other-protocol")
    answer = yield from _command(b"AUTH TLS")
    if answer.code == _OTHER_MECHANISM:
        # The name in the drafts before RFC 4217: servers from then may know no other.
        answer = yield from _command(b"AUTH SSL")
    if answer.code in _GRANTED:
        return
    if answer.code in _NOT_NOW:
        raise Refused("tls-unavailable")
    if answer.code in _UNKNOWN or answer.code == _OTHER_MECHANISM:
        # Mail greets with the same number, and knows no such AUTH either.
        if not _names_itself(welcome) and (yield from _command(b"SYST")).code != _SYSTEM:
            raise Refused("other-protocol")
        # A server that got a mask in place of AUTH repeats it.
        raise Refused(none_offered(*answer.lines))
    if answer.code == _LOGIN_FIRST:
        # RFC 4217 section 6: a server that has FEAT and knows AUTH must list it there.
        features = yield from _command(b"FEAT")
        listed = features.code == 211 and features.lines[1:-1]
        if listed and not any(map(_is_tls, listed)):
            raise Refused(none_offered(*listed))
        raise Refused("tls-after-login")
    raise Refused("refused-by-policy" if answer.kind in (4, 5) else "broken-words")


def _command(words: bytes) -> Generator[Want, bytes, Reply]:
    yield words + b"\r\n"
    return (yield from reply(any_line=True))


def _is_tls(feature: bytes) -> bool:
    words = feature.upper().split()
    return words[:1] == [b"AUTH"] and any(mechanism in feature.upper() for mechanism in (b"TLS", b"SSL"))


def _grants(setting: Setting) -> Words:
    yield b"220 " + setting.host.encode("ascii", "replace") + b" FTP server ready\r\n"
    while True:
        words = (yield Line(512)).upper().split()
        command, mechanism = [*words, b"", b""][:2]
        if command == b"AUTH":
            if mechanism in _MECHANISMS:
                yield b"234 AUTH " + mechanism + b" ok, starting TLS\r\n"
                return
            yield b"504 Unknown security mechanism\r\n"
        elif command == b"FEAT":
            yield b"211-Features:\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n211 End\r\n"
        elif command == b"SYST":
            yield b"215 UNIX Type: L8\r\n"
        elif command == b"NOOP":
            yield b"200 NOOP ok\r\n"
        elif command == b"QUIT":
            yield b"221 Goodbye\r\n"
            raise Refused("refused-by-policy")
        else:
            # RFC 4217 section 12.1: no USER before AUTH.
            yield b"530 Please start TLS first, by AUTH TLS\r\n"


def _is_mail(text: bytes) -> bool:
    """Whether a 220's text is of one who takes mail, whose greeting has the same number."""
    upper = text.upper()
    return b"FTP" not in upper and (b"SMTP" in upper or b"LMTP" in upper)


def _names_itself(text: bytes) -> bool:
    """Whether a 220's text says that it is FTP's."""
    upper = text.upper()
    return (b"FTP" in upper or b"FILEZILLA" in upper) and b"SMTP" not in upper and b"LMTP" not in upper


def _greets(heard: bytes) -> bool:
    return heard.startswith((b"220 ", b"220-")) and _names_itself(heard)


DIALECT = Dialect(
    name="ftp",
    title="FTP with AUTH TLS",
    source="RFC 4217",
    transport="tcp",
    schemes={"ftp": 21, "ftp+starttls": 21, "ftpes": 21},
    ports=(21,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=2,
    greets=_greets,
    patience=45.0,
)

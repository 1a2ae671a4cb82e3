"""IRC's STARTTLS (IRCv3's capability `tls`): CAP LS and STARTTLS at once, without waiting for a greeting.

Both go out together, for nothing may follow STARTTLS. A server without either says so, or, as several families of
ircd do to whom has not registered, nothing at all: there the list of capabilities without `tls` is the answer. "You
have not registered" is none: who says so may know STARTTLS, and not yet give it.
Notices in any number come before it. A PING is left alone: TLS may have begun for the server when a PONG would arrive.
"""

import re
from typing import Final, NamedTuple

from hemostat.dialects.dialect import Dialect
from hemostat.layers import Line, Refused, Setting, Words, none_offered, spoken

__all__ = ["DIALECT"]

_LINE: Final = 8191 + 512
"""Bytes of a line with its tags (IRCv3, message tags; RFC 2812 section 2.3)."""
_STARTTLS_OK, _STARTTLS_FAILED = b"670", b"691"
_UNKNOWN_COMMAND, _NOT_REGISTERED = b"421", b"451"
_TURNED_AWAY: Final = (b"463", b"464", b"465", b"466", b"ERROR")
"""ERR_NOPERMFORHOST, ERR_PASSWDMISMATCH, ERR_YOUREBANNEDCREEP, ERR_YOUWILLBEBANNED (RFC 2812 section 5.2)."""
_MESSAGE: Final = re.compile(
    rb"(?:@[^ \0\r\n]++ ++)?+:[^ \0\r\n]++ ++([A-Za-z]++|[0-9]{3})(?: ++([^\0\r\n]*+))?+|"
    rb"(NOTICE|PING|ERROR|CAP) ++([^\0\r\n]*+)"
)
_GREETING: Final = re.compile(
    rb":[^ :\0\r\n]+ (?:NOTICE|020) [^\0\r\n]|NOTICE (?:AUTH|\*) :|ERROR :Closing Link"
)


class _Message(NamedTuple):
    """`command`: a word in upper case, or three digits. `parameters`: the last may hold spaces."""

    command: bytes
    parameters: list[bytes]


def _asks(setting: Setting) -> Words:
    yield b"CAP LS\r\nSTARTTLS\r\n"
    message = _message((yield Line(_LINE)))
    if message is None:
        raise Refused("other-protocol")
    offered, refused = False, list[bytes]()
    while message.command != _STARTTLS_OK:
        if message.command == _STARTTLS_FAILED:
            raise Refused("tls-unavailable")
        if message.command in _TURNED_AWAY:
            raise Refused("refused-by-policy")
        if message.command == b"CAP" and b"LS" in message.parameters[1:2]:
            if len(message.parameters) < 3:
                raise Refused("broken-words")
            offered = offered or b"tls" in _capabilities(message)
            if not offered and b"*" not in message.parameters[2:-1]:
                raise Refused(none_offered(message.parameters[-1]))
        elif message.command in (_UNKNOWN_COMMAND, _NOT_REGISTERED):
            # Some name the command that they do not know; of the others the first answers CAP, the second STARTTLS.
            refused.append(message.command)
            named = {parameter.upper() for parameter in message.parameters[:-1]}
            if b"STARTTLS" in named or offered or len(refused) > 1:
                unknown = not offered and message.command == _UNKNOWN_COMMAND
                raise Refused(none_offered(*message.parameters) if unknown else "refused-by-policy")
        message = _message((yield Line(_LINE)))
        if message is None:
            raise Refused("broken-words")


def _capabilities(message: _Message) -> list[bytes]:
    """Names of the capabilities in a CAP LS, without their values (`tls=6697`)."""
    return [each.split(b"=", 1)[0].lower() for each in message.parameters[-1].split()]


def _message(line: bytes) -> _Message | None:
    """What a server says in a line (RFC 2812 section 2.3.1); None where that is no server of IRC."""
    found = _MESSAGE.fullmatch(line)
    if found is None:
        return None
    command, rest = found[1] or found[3], found[2] or found[4] or b""
    middle, colon, last = (b" " + rest).partition(b" :")
    return _Message(command.upper(), middle.split() + ([last] if colon else []))


def _grants(setting: Setting) -> Words:
    us = b":" + setting.host.encode("ascii", "replace")
    # RPL_HELLO, as IRCnet's ircd greets: `openssl s_client -starttls irc` hears numerics alone, and a NOTICE ends it.
    yield us + b" 020 * :Encrypted connections only: STARTTLS first\r\n"
    while True:
        words = (yield Line(_LINE)).split()
        command, subcommand = [each.upper() for each in [*words, b"", b""][:2]]
        if command == b"STARTTLS":
            yield us + b" 670 * :STARTTLS successful, proceed with TLS handshake\r\n"
            return
        if command == b"CAP" and subcommand == b"LS":
            yield us + b" CAP * LS :tls\r\n"
        elif command == b"CAP" and subcommand == b"REQ":
            asked = b" ".join(words[2:]).removeprefix(b":").strip()
            yield us + b" CAP * " + (b"ACK" if asked == b"tls" else b"NAK") + b" :" + asked[:400] + b"\r\n"
        elif command == b"PING":
            yield us + b" PONG " + us[1:] + b" :" + b" ".join(words[1:]).removeprefix(b":")[:400] + b"\r\n"
        elif command == b"QUIT":
            yield b"ERROR :Closing Link\r\n"
            raise Refused("refused-by-policy")
        elif command not in (b"", b"CAP", b"NICK", b"PASS", b"PONG", b"USER"):
            yield us + b" 451 * :You have not registered\r\n"


def _greets(heard: bytes) -> bool:
    return _GREETING.match(heard) is not None


DIALECT = Dialect(
    name="irc",
    title="IRC with STARTTLS",
    source="IRCv3 capability tls",
    transport="tcp",
    schemes={"irc": 6667, "irc+starttls": 6667},
    ports=(6667,),
    asks=spoken(_asks),
    grants=spoken(_grants),
    round_trips=1,
    greets=_greets,
)

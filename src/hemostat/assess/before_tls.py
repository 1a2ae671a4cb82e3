"""Rules for peers with whom TLS never began: the words of their protocol came to another end."""

from typing import Final

from hemostat.assess.reading import Reading
from hemostat.assess.rule import Rule
from hemostat.dialects import dialects

__all__ = [
    "BEFORE_TLS",
    "BUILD_UNASKED",
    "LIBRARY_FAILURES",
    "NAME_IT",
    "NO_TLS",
    "PROXY_FAILURES",
    "REFUSED",
    "how_asked",
    "title",
]

_AGAIN: Final = "Nothing is proved"
NAME_IT: Final = "name it before the host (tls://, postgresql://, smtp://, …)"
"""What to do about a protocol that was not guessed right. A scheme outranks `--dialect`."""

REFUSED: Final[dict[str, str]] = {
    "tls-after-login": "it gives TLS to those alone who have logged in. Look at the host from inside.",
    "refused-by-policy": "it refused to talk to us, or to begin TLS with us. Ask from an address that it trusts, or "
    "look at the host from inside.",
    "name-not-served": "it does not serve the name that it was asked as. Give one that it serves: --sni NAME.",
    "tls-unavailable": "it says that TLS, or the whole service, is not to be had just now. Ask again later.",
    "stripped": "its offer of TLS seems to have been overwritten on the way, as some firewalls do. Ask from nearer, or "
    "look at the host from inside.",
    "other-protocol": "what answers here speaks another protocol. If you know it, " + NAME_IT + ".",
    "broken-words": "what it said breaks the protocol, before TLS could begin. Look at the host from inside.",
    "too-long": "it went on and on before TLS could begin. That is no service that means well; look from inside.",
    "text-before-tls": "after its word that TLS may begin came something that is not TLS. Somebody may have put it "
    "there (CVE-2011-0411), or the service is broken. Look at the host from inside.",
    "needs-key": "it answers only to those who hold its key. Give it: --tls-auth FILE or --tls-crypt FILE.",
}
"""A layer's refusal → what it means. `no-tls` has a rule of its own, and those of proxies are failures."""

LIBRARY_FAILURES: Final[dict[str, str]] = {
    "library-certificate": "it took no certificate. It may be a build with few functions.",
    "library-context": "it gave no context to begin with.",
    "library-crashed": "it crashed in its sandbox.",
    "library-dependency": "a library that it needs is not there, or is another one.",
    "library-lacks-functions": "it lacks functions that OpenSSL has: it may be another library.",
    "library-malformed": "its file is malformed.",
    "library-other-machine": "it is for another kind of machine.",
    "library-refused": "the system's loader refused it.",
    "library-silent": "it did nothing in time.",
    "sandbox-not-held": "this system has no sandbox that would hold it, so it was not loaded.",
}
"""Why a build could not be asked: code → what that means. (It is a library that was loaded from a file.)"""

PROXY_FAILURES: Final[dict[str, str]] = {
    "proxy-down": "The proxy itself could not be reached. Is its address right, and is it up?",
    "proxy-broken": "The proxy does not speak the protocol of its scheme, breaks it, or hung up without an answer. Is "
    "the scheme right?",
    "proxy-dns": "The proxy knows no address of that name. Is it spelt right, and known there?",
    "proxy-login": "The proxy wants a user name and a password, or other ones: give them with its address.",
    "proxy-policy": "The proxy does not allow connections to that place. Ask through another one, or have it allowed.",
    "proxy-refused": "The proxy says that the connection was refused there. Is the port right, and the service up?",
    "proxy-timeout": "No connection came about in time: the proxy says so, or said nothing. Is the address right?",
    "proxy-udp": "Datagrams do not go through a proxy: ask without --proxy.",
    "proxy-unreachable": "The proxy says that it knows no way there, or could not connect. Is the address right?",
}
"""Why a proxy led to nobody: code → sentence."""


def title(dialect: str) -> str:
    """What a dialect is called; its name, where a later hemostat has written it."""
    known = dialects().get(dialect)
    return dialect if known is None else known.title


def how_asked(reading: Reading) -> str:
    """That it was asked in another protocol at first, where it was; and what silence may mean in its protocol."""
    if reading.stalled is not None and reading.failure is None:
        known = dialects().get(reading.spoken_in)
        tried = " Asked in TLS from the first byte, it did no better." if reading.tried_in_tls else ""
        if known is not None and known.silence:
            return f"{tried} {known.silence}"
        if tried:
            return tried
    spoke = reading.spoke
    if spoke is None:
        return ""
    asked = str(reading.facts["dialect"])
    if spoke == "tls" and reading.tried_in_tls:
        return f" It was asked in {title(asked)} and said nothing, so it was asked in TLS at once."
    if spoke == "tls":
        return f" It was asked in {title(asked)} and answered as servers of TLS do, so it was asked in TLS at once."
    return f" It was asked in {title(asked)} and greeted in {title(spoke)}, so it was asked in that."


BUILD_UNASKED: Final = Rule(
    "build-unasked",
    "inconclusive",
    "{failure}",
    lambda r: r.failure in LIBRARY_FAILURES,
    f"{_AGAIN}: the library could not be asked: {{sentence}} Judge it by its package and symbols, or prove it on a "
    "host where it runs.",
    lambda r: {"failure": r.failure, "sentence": LIBRARY_FAILURES[r.failure or ""]},
)

NO_TLS: Final = Rule(
    "no-tls",
    "not-affected",
    "no-tls",
    lambda r: r.says_no_tls,
    "It speaks {title} and offers no TLS: where there is no TLS, there are no heartbeats. Nothing to do here.",
    lambda r: {"title": _plain(title(r.last_dialect))},
)

BEFORE_TLS: Final[tuple[Rule, ...]] = (
    Rule(
        "refused-tls",
        "inconclusive",
        "{refusal}",
        lambda r: r.refusal in REFUSED and r.only_greeting not in ("ssh", "http"),
        f"{_AGAIN}: {{sentence}}",
        lambda r: {"refusal": r.refusal, "sentence": REFUSED[r.refusal or ""]},
    ),
    Rule(
        "closed-before-tls",
        "inconclusive",
        "closed-before-tls",
        lambda r: r.stalled is not None and r.stalled["ended"] == "fin",
        f"{_AGAIN}: it ended the connection before TLS could begin ({{title}}). It may take connections from certain "
        f"addresses only, or speak another protocol: {NAME_IT}.",
        lambda r: {"title": title(r.spoken_in)},
    ),
    Rule(
        "reset-before-tls",
        "inconclusive",
        "reset",
        lambda r: r.stalled is not None and r.stalled["ended"] == "reset",
        f"{_AGAIN}: it reset the connection before TLS could begin ({{title}}). It may take connections from certain "
        f"addresses only, or speak another protocol: {NAME_IT}.",
        lambda r: {"title": title(r.spoken_in)},
    ),
    Rule(
        "silent-before-tls",
        "inconclusive",
        "silent",
        lambda r: r.stalled is not None,
        f"{_AGAIN}: its words stopped before TLS could begin, or none came ({{title}}). Some services let one wait "
        f"for their greeting: ask with a longer --timeout. If another protocol is spoken here: {NAME_IT}.",
        lambda r: {"title": title(r.spoken_in)},
    ),
)


def _plain(name: str) -> str:
    """`SMTP with STARTTLS` is SMTP, where there is none."""
    return name.partition(" with ")[0]

"""Peers with whom TLS never began, for the rules of `before_tls`."""

from typing import Any

from hemostat.assess.before_tls import LIBRARY_FAILURES
from tests.assess.facts import Example, Facts, failed, probe, silent

__all__ = ["BEFORE_TLS"]

PROXY = {"scheme": "socks5", "address": "192.0.2.9", "port": 1080}


def spoken(*connections: Facts, dialect: str = "smtp", **said: Any) -> Facts:
    """A probe in a dialect of plain words first."""
    return probe(*[{**each, "dialect": dialect} for each in connections], dialect=dialect, **said)


def unready(**said: Any) -> Facts:
    return silent(ready=False, **said)


def greeted(spoke: str, *then: Facts) -> Facts:
    """Asked in TLS, greeted in another dialect, and asked in that."""
    first = silent(not_tls="text", spoke=spoke)
    return probe(first, *[{**each, "dialect": spoke} for each in then])


BEFORE_TLS = [
    Example("no-tls", "no-tls", "Postfix without TLS", spoken(unready(refusal="no-tls"))),
    Example(
        "no-tls",
        "no-tls",
        "the same on an unknown port: TLS was asked for, and SMTP greeted",
        greeted("smtp", unready(refusal="no-tls")),
    ),
    *[
        Example("refused-tls", code, f"a service that says {code}", spoken(unready(refusal=code)))
        for code in (
            "tls-after-login",
            "refused-by-policy",
            "tls-unavailable",
            "stripped",
            "broken-words",
            "too-long",
        )
    ],
    Example(
        "refused-tls",
        "text-before-tls",
        "text behind a word that TLS may begin",
        spoken(silent(refusal="text-before-tls")),
    ),
    Example(
        "refused-tls",
        "needs-key",
        "OpenVPN with tls-auth",
        spoken(unready(refusal="needs-key", ended="fin"), dialect="openvpn-tcp"),
    ),
    Example(
        "refused-tls",
        "other-protocol",
        "one that greets in a protocol that nobody here knows",
        spoken(unready(refusal="other-protocol", not_tls="text")),
    ),
    Example(
        "ssh",
        "ssh",
        "sshd, asked in SMTP",
        spoken(unready(refusal="other-protocol", not_tls="ssh")),
    ),
    Example(
        "closed-before-tls",
        "closed-before-tls",
        "one that hangs up in the middle of its words",
        spoken(unready(ended="fin")),
    ),
    Example("reset-before-tls", "reset", "the same, by a reset", spoken(unready(ended="reset"))),
    Example("silent-before-tls", "silent", "one whose greeting never comes", spoken(unready())),
    *[
        Example(
            "build-unasked",
            code,
            f"a build: {code}",
            probe(failed(code), form="library", address=None, port=None),
        )
        for code in LIBRARY_FAILURES
    ],
    Example("no-connection", "proxy-down", "a proxy that refuses", probe(failed("refused"), via=PROXY)),
    *[
        Example("no-connection", code, f"a proxy that says {code}", probe(failed(code), via=PROXY))
        for code in (
            "proxy-broken",
            "proxy-dns",
            "proxy-login",
            "proxy-policy",
            "proxy-refused",
            "proxy-timeout",
            "proxy-unreachable",
        )
    ],
]

"""Probe → verdict, reason, explanation: one table, read from the top; the first rule that applies answers.

The order is the argument: proof of the hole first, then proof of the fix, then what shows that there is
nothing to prove, and only then the many ways of not knowing. Every probe's facts end in exactly one rule; the
last one always applies.
"""

from collections.abc import Mapping
from typing import Any, Final

from hemostat.assess.before_tls import BEFORE_TLS, BUILD_UNASKED, NAME_IT, NO_TLS, PROXY_FAILURES, how_asked
from hemostat.assess.reading import Reading
from hemostat.assess.rule import Rule, Verdict

__all__ = ["FAILURES", "RULES", "judge", "judge_failure"]

_OPENSSL: Final = "OpenSSL 1.0.1 to 1.0.1f answers such a request, a fixed one must not (RFC 6520 section 4)"
_REMEDY: Final = "Upgrade OpenSSL, stop and start the service, then replace its key and certificate."
_AGAIN: Final = "Nothing is proved"

RULES: Final[tuple[Rule, ...]] = (
    # -- an answer without padding, but not OpenSSL's -----------------------------------------------------------
    Rule(
        "padding-unchecked",
        "inconclusive",
        "padding-unchecked",
        lambda r: r.answered_late_alone,
        f"{_AGAIN}: after the handshake it answered a heartbeat without padding, but before that it refused "
        "heartbeats by an alert, which no OpenSSL does. Early GnuTLS checks the length without the padding, and has no "
        "such hole. Look at the host from inside.",
    ),
    # -- the hole is there -----------------------------------------------------------------------------------
    Rule(
        "own-bytes-answered",
        "vulnerable",
        "own-bytes-answered",
        lambda r: r.own_bytes_back > 0,
        f"It gave back {{bytes}} bytes that we had sent in a heartbeat without padding: {_OPENSSL}. {_REMEDY}",
        lambda r: {"bytes": r.own_bytes_back},
    ),
    # -- an answer that is not ours proves nothing in either direction ---------------------------------------
    Rule(
        "answer-differs",
        "inconclusive",
        "answer-differs",
        lambda r: r.differs,
        f"{_AGAIN}: a heartbeat came back that does not carry our bytes. Look at the host from inside, and "
        "at what stands between.",
    ),
    # -- the fix is there ------------------------------------------------------------------------------------
    Rule(
        "own-bytes-ignored",
        "patched",
        "own-bytes-ignored",
        lambda r: r.ignored_in_order,
        "It passed over a heartbeat without padding and answered a well-formed one sent after it: it "
        "answers heartbeats and checks "
        "their length. If it ran an OpenSSL before 1.0.1g since March 2012, its key may be known: replace "
        "it all the same.",
    ),
    Rule(
        "own-bytes-ignored-alone",
        "patched",
        "own-bytes-ignored",
        lambda r: r.ignored_alone,
        "It closed in good order on a heartbeat without padding and, on another connection, answered a "
        "well-formed one: it answers "
        "heartbeats and checks their length. If it ran an OpenSSL before 1.0.1g since March 2012, replace "
        "its key all the same.",
    ),
    Rule(
        "own-bytes-refused",
        "patched",
        "own-bytes-refused",
        lambda r: r.refused_alone,
        "It refused a heartbeat without padding by an alert and answered a well-formed one on another "
        "connection: it checks their "
        "length. That is not OpenSSL's way (which keeps silent), so most likely it never was OpenSSL.",
    ),
    Rule(
        "own-bytes-ignored-repeatedly",
        "patched",
        "own-bytes-ignored",
        lambda r: r.ignored_repeatedly,
        "It left {own} heartbeats without padding unanswered and answered {control} well-formed ones: it "
        "answers heartbeats and checks "
        "their length. If it ran an OpenSSL before 1.0.1g since March 2012, replace its key all the same.",
        lambda r: {"own": r.tally.owns_unanswered, "control": r.tally.controls_answered},
    ),
    # -- there is nothing to fix -----------------------------------------------------------------------------
    Rule(
        "not-offered",
        "not-affected",
        "not-offered",
        lambda r: r.not_offered,
        "It speaks {version} and does not offer heartbeats: the code with the hole is not there, or "
        "switched off. Nothing to do here.",
        lambda r: {"version": r.version},
    ),
    Rule(
        "ssl30-no-heartbeats",
        "not-affected",
        "ssl30-no-heartbeats",
        lambda r: r.no_heartbeats_over_ssl30,
        "It speaks SSL 3.0 alone and left a well-formed heartbeat unanswered: the code with the hole is "
        "not there. (SSL 3.0 itself is "
        "broken: replace it.)",
    ),
    Rule(
        "tls13",
        "not-affected",
        "tls13",
        lambda r: r.tls13 and not r.offers_heartbeats,
        "It took no older version and speaks TLS 1.3, which no OpenSSL with the hole does. Nothing to do here.",
    ),
    NO_TLS,
    Rule(
        "ssh",
        "not-affected",
        "ssh",
        lambda r: r.only_greeting == "ssh",
        "SSH answers here. It has no heartbeats and does not use TLS. Nothing to do here.",
    ),
    Rule(
        "plain-http",
        "not-affected",
        "plain-http",
        lambda r: r.only_greeting == "http",
        "Plain HTTP answers here, without TLS, so without heartbeats. If a TLS port was meant, name it: "
        "host:port.",
    ),
    # -- no connection ---------------------------------------------------------------------------------------
    BUILD_UNASKED,
    Rule(
        "no-connection",
        "unreachable",
        "{failure}",
        lambda r: r.failure is not None,
        "{sentence}",
        lambda r: {"failure": _no_way(r), "sentence": FAILURES[_no_way(r)]},
    ),
    # -- heartbeats are (or may be) there, and nothing is proved ---------------------------------------------
    Rule(
        "requests-declined",
        "inconclusive",
        "requests-declined",
        lambda r: r.asked and r.declines_requests,
        f"{_AGAIN}: it takes part in heartbeats but asks not to be sent any, and answered none. Look at the"
        " host from inside.",
    ),
    Rule(
        "needs-client-certificate",
        "inconclusive",
        "needs-client-certificate",
        lambda r: (
            r.asked
            and r.after_handshake is not None
            and not r.after_handshake["parts"]
            and r.after_handshake["failure"] != "no-library"
            and r.client_certificate_asked
        ),
        f"{_AGAIN}: it answers heartbeats only after the handshake, and finishes none without a client "
        "certificate. Look at the host "
        "from inside.",
    ),
    Rule(
        "needs-after-handshake",
        "inconclusive",
        "needs-after-handshake",
        lambda r: r.asked and r.after_handshake is not None and not r.after_handshake["parts"],
        f"{_AGAIN}: it answered no heartbeat before the handshake was over, and no handshake could be finished "
        "with it. OpenSSL does answer then, so most likely it is another library, unless a filter between drops "
        "heartbeats. Look at the host from inside.",
    ),
    Rule(
        "later-connection-failed",
        "inconclusive",
        "{failure}",
        lambda r: r.asked and r.late_failure is not None,
        f"{_AGAIN}: it answered, but a further connection failed. It may limit connections, or have gone "
        "down: ask again later.",
        lambda r: {"failure": _failure_code(r.late_failure)},
    ),
    Rule(
        "servers-differ",
        "inconclusive",
        "servers-differ",
        lambda r: r.answered_by_another or r.offers_differ,
        f"{_AGAIN}: its hellos differ, so there are several servers behind this address, and what one of them did with"
        " a heartbeat says nothing of another. Ask again with --looks, or each by its own address.",
    ),
    Rule(
        "not-a-record-answered",
        "inconclusive",
        "{error}",
        lambda r: any(part["answer"] == "not-a-record" for c in r.connections for part in c["parts"]),
        f"{_AGAIN}: after the hello it answered with something that breaks the protocol. Look at what stands "
        "between, or from inside.",
        lambda r: {"error": r.error or "not-a-record"},
    ),
    Rule(
        "reset",
        "inconclusive",
        "reset",
        lambda r: r.asked and not r.datagrams and r.ended("reset"),
        f"{_AGAIN}: the connection was reset, which can swallow an answer. Ask again, from nearer if there "
        "are losses on the way.",
    ),
    Rule(
        "control-unanswered",
        "inconclusive",
        "control-unanswered",
        lambda r: r.asked and r.control_unanswered,
        f"{_AGAIN}: it offers heartbeats but left a well-formed one unanswered, so the silence to the other"
        " means nothing. A filter may "
        "stand between: look from inside.",
    ),
    Rule(
        "heartbeat-refused",
        "inconclusive",
        "alert-{alert}",
        lambda r: r.asked and r.heartbeat_refused and r.alert is not None,
        f"{_AGAIN}: it offers heartbeats and refused them by an alert. Look at the host from inside.",
        lambda r: {"alert": r.alert},
    ),
    Rule(
        "closed-after-question",
        "inconclusive",
        "closed",
        lambda r: r.asked and not r.datagrams and r.ended("fin") and not r.control_answered,
        f"{_AGAIN}: it closed the connection on every heartbeat, the well-formed one too. A filter may "
        "stand between: look from inside.",
    ),
    Rule(
        "question-unanswered",
        "inconclusive",
        "silent",
        lambda r: r.asked,
        f"{_AGAIN}: it was asked, and too few answers came in time to tell. Ask again with a longer "
        "--timeout, or look from inside.",
    ),
    # -- not even a hello ------------------------------------------------------------------------------------
    *BEFORE_TLS,
    Rule(
        "ssl2",
        "inconclusive",
        "ssl2",
        lambda r: r.greeting == "ssl2",
        f"{_AGAIN}: it answered in SSL 2, which has no heartbeats, but may speak TLS to others. Look at the"
        " host from inside.",
    ),
    Rule(
        "not-tls",
        "inconclusive",
        "not-tls",
        lambda r: r.greeting is not None,
        f"{_AGAIN}: what answers here is not TLS from the first byte. It may begin TLS later: if you know "
        f"its protocol, {NAME_IT}.",
    ),
    Rule(
        "broken-hello",
        "inconclusive",
        "{error}",
        lambda r: r.error is not None,
        f"{_AGAIN}: its first messages break the protocol. Something other than a TLS server may answer here: if "
        f"you know its protocol, {NAME_IT}; or look at the host from inside.",
        lambda r: {"error": r.error},
    ),
    Rule(
        "alert",
        "inconclusive",
        "alert-{alert}",
        lambda r: r.hello is None and r.alert is not None,
        f"{_AGAIN}: it took none of the hellos and refused by an alert. If it serves certain names only, "
        "give one: --sni NAME.",
        lambda r: {"alert": r.alert},
    ),
    Rule(
        "unknown-version",
        "inconclusive",
        "unknown-version",
        lambda r: r.hello is not None and not r.version_known,
        f"{_AGAIN}: its hello names a version that is not one of the protocol asked for ({{version}}). "
        "Something other than a TLS server may answer here: look at the host from inside.",
        lambda r: {"version": r.version},
    ),
    Rule(
        "heartbeats-unasked",
        "inconclusive",
        "{end}",
        lambda r: r.hello is not None,
        f"{_AGAIN}: its hello came, but the rest of its first messages did not, so it could not be asked. "
        "Ask again with a longer --timeout.",
        lambda r: {"end": r.end},
    ),
    Rule(
        "later-hello-failed",
        "inconclusive",
        "{failure}",
        lambda r: r.late_failure is not None,
        f"{_AGAIN}: it took a connection without a hello, and a further one failed. Ask again later.",
        lambda r: {"failure": _failure_code(r.late_failure)},
    ),
    Rule(
        "reset-before-hello",
        "inconclusive",
        "reset",
        lambda r: r.any_reset,
        f"{_AGAIN}: it reset the connection before any hello. It may take connections from certain "
        "addresses only: ask from one that it trusts, or look at the host from inside.",
    ),
    Rule(
        "closed-before-hello",
        "inconclusive",
        "closed",
        lambda r: r.ended("fin"),
        f"{_AGAIN}: it closed the connection before any hello. It may serve certain names only (--sni "
        f"NAME), or wait for another protocol's words, as PostgreSQL, RDP and OpenVPN do: {NAME_IT}.",
    ),
    Rule(
        "silent",
        "inconclusive",
        "silent",
        lambda r: True,
        "Nothing answered in time. {maybe}",
        lambda r: {
            "maybe": "Over UDP that may be no service, a filter, or a service that answers only to those "
            "who hold its key (tls-auth). Is the port right? Then ask from nearer, or look at the host from inside."
            if r.facts["transport"] == "udp"
            else "A service that speaks only when spoken to in its own protocol does so: is TLS direct here? If "
            f"not, {NAME_IT}."
        },
    ),
)
"""The table. Names are unique; reasons may repeat."""

FAILURES: Final[dict[str, str]] = {
    "refused": "Nobody listens there: the connection was refused. Is the port right, and the service up?",
    "timeout": "No connection came about in time. Is the address right, and is a firewall between?",
    "unreachable": "No way leads there from here: the network or host is unreachable. Is the address right, and is a "
    "firewall between?",
    "reset": "The connection was reset before it was there. A firewall may do so: ask from elsewhere.",
    "dns": "The name has no address. Is it spelt right?",
    "resolver": "No name server answered, so the address of that name is not known here. Is the network up?",
    "local": "This machine ran out of sockets or ports, or may not open one. Ask with a smaller "
    "--concurrency.",
    "failed": "No connection came about. Ask again, or from elsewhere.",
    **PROXY_FAILURES,
}
"""Why a peer could not be reached: code → sentence. The reason code of `unreachable` is one of these keys."""


def judge(facts: Mapping[str, Any]) -> Verdict:
    """The verdict of one probe, from its facts (kind `probe`, of any version). Old ones can be judged anew."""
    reading = Reading(facts)
    rule = next(rule for rule in RULES if rule.applies(reading))
    details = rule.details(reading)
    how = how_asked(reading) + _whose(reading)
    explanation = rule.explanation.format(**details) + how
    return Verdict(rule.word, rule.reason.format(**details), explanation, rule.name, how.strip())


def _whose(reading: Reading) -> str:
    """Of whom the verdict is true, where not of the name that was asked for: behind one address may be several."""
    if reading.other_name is None:
        return ""
    first, then = reading.other_name
    return (
        f" This is true of what answers {f'to the name {then}' if then else 'without a name'}: it took no hello"
        f" {f'with the name {first}' if first else 'without one'}."
    )


def judge_failure(code: str) -> Verdict:
    """The verdict where there was nobody to probe (a name without an address): `unreachable`."""
    reason = _failure_code(code)
    return Verdict("unreachable", reason, FAILURES[reason], "no-connection")


def _failure_code(code: str | None) -> str:
    """One of `FAILURES`: a driver may have words of its own, which stay in the evidence."""
    return code if code is not None and code in FAILURES else "failed"


def _no_way(reading: Reading) -> str:
    """Why no connection came about; a proxy's own connection is not the peer's."""
    code = _failure_code(reading.failure)
    ours = reading.facts["via"] is None or code == "local" or code.startswith("proxy-")
    return code if ours else "proxy-down"

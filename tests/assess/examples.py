"""For every rule of `RULES`, facts that it decides, with the reason it gives."""

from tests.assess.examples_before_tls import BEFORE_TLS
from tests.assess.facts import Example, Facts, connection, failed, part, probe, silent

__all__ = ["EXAMPLES"]


OWN = part("own-bytes", "none")
BURST = (OWN, part("control", "none"), part("flush", "none"))
UNEXPECTED = ["fatal unexpected_message"]
NO_HEARTBEATS = {"heartbeat": None}
SSL30 = {
    "version": "SSL3.0",
    "heartbeat": None,
    "offered": {"versions": ["SSL3.0"], "name": None, "heartbeat": False},
}
DTLS = {
    "version": "DTLS1.0",
    "offered": {"versions": ["DTLS1.2", "DTLS1.0"], "name": "www.example", "heartbeat": True},
}
TLS13 = {"version": "TLS1.3", "heartbeat": None}
TURN = (part("own-bytes", "none"), part("large-control", "equal"))
CLOSED_BURST = connection("burst", *BURST, ended="reset")
REFUSED_BURST = connection("burst", OWN, part("control", "none"), part("flush", "alert"), alerts=UNEXPECTED)
OWN_REFUSED = connection("own-bytes", part("own-bytes", "alert"), alerts=UNEXPECTED)
CONTROL_REFUSED = connection("large-control", part("large-control", "alert"), alerts=UNEXPECTED)
NO_LIBRARY = failed("no-library", "after-handshake")


def over_udp(*connections: Facts) -> Facts:
    return probe(*[{**item, **DTLS} for item in connections], transport="udp")


EXAMPLES = [
    # -- no padding asked for, and not OpenSSL
    Example(
        "padding-unchecked",
        "padding-unchecked",
        "early GnuTLS: refuses heartbeats in the handshake, and checks no padding after it",
        probe(
            REFUSED_BURST,
            OWN_REFUSED,
            CONTROL_REFUSED,
            connection("after-handshake", part("own-bytes", "equal")),
        ),
    ),
    # -- vulnerable
    Example(
        "own-bytes-answered",
        "own-bytes-answered",
        "OpenSSL 1.0.1f that reads on",
        probe(
            connection("burst", part("own-bytes", "equal"), part("control", "none"), part("flush", "none"))
        ),
    ),
    Example(
        "own-bytes-answered",
        "own-bytes-answered",
        "OpenSSL 1.0.1f whose answer a reset cut",
        probe(
            connection("burst", *BURST, ended="reset"),
            connection("own-bytes", part("own-bytes", "equal-so-far"), ended="reset"),
        ),
    ),
    Example(
        "own-bytes-answered",
        "own-bytes-answered",
        "OpenSSL 1.0.1f over SSL 3.0",
        probe(connection("burst", part("own-bytes", "equal"), part("control", "equal"), **SSL30)),
    ),
    Example(
        "own-bytes-answered",
        "own-bytes-answered",
        "OpenSSL 1.0.1f over DTLS, once of many",
        over_udp(connection("turns", *TURN), connection("turns", part("own-bytes", "equal"))),
    ),
    Example(
        "own-bytes-answered",
        "own-bytes-answered",
        "one that declines requests and answers all the same",
        probe(connection("burst", part("own-bytes", "equal"), heartbeat=2)),
    ),
    # -- an answer that is not ours
    Example(
        "answer-differs",
        "answer-differs",
        "something between that answers heartbeats of its own",
        probe(
            connection(
                "burst", part("own-bytes", "different"), part("control", "none"), part("flush", "none")
            )
        ),
    ),
    # -- patched
    Example(
        "own-bytes-ignored",
        "own-bytes-ignored",
        "OpenSSL 1.0.1g that reads on",
        probe(connection("burst", OWN, part("control", "equal"), part("flush", "none"))),
    ),
    Example(
        "own-bytes-ignored",
        "own-bytes-ignored",
        "one whose dialect has no flush",
        probe(connection("burst", OWN, part("large-control", "equal"))),
    ),
    Example(
        "own-bytes-ignored",
        "own-bytes-ignored",
        "a client",
        probe(connection("burst", OWN, part("control", "equal")), role="client"),
    ),
    Example(
        "own-bytes-ignored",
        "own-bytes-ignored",
        "one that takes heartbeats after the handshake only, and ignores",
        probe(
            REFUSED_BURST,
            OWN_REFUSED,
            CONTROL_REFUSED,
            connection("after-handshake", OWN, part("control", "equal")),
        ),
    ),
    Example(
        "own-bytes-ignored-alone",
        "own-bytes-ignored",
        "OpenSSL 1.0.1g in an application that closes after a heartbeat",
        probe(
            CLOSED_BURST,
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "equal"), ended="fin"),
        ),
    ),
    Example(
        "own-bytes-refused",
        "own-bytes-refused",
        "a library that refuses by an alert and answers what is well-formed",
        probe(
            connection(
                "burst",
                part("own-bytes", "alert"),
                part("control", "none"),
                part("flush", "none"),
                alerts=["fatal decode_error"],
            ),
            connection("own-bytes", part("own-bytes", "alert"), alerts=["fatal decode_error"]),
            connection("large-control", part("large-control", "equal")),
        ),
    ),
    Example(
        "own-bytes-refused",
        "own-bytes-refused",
        "GnuTLS, asked after the handshake",
        probe(
            REFUSED_BURST,
            OWN_REFUSED,
            CONTROL_REFUSED,
            connection("after-handshake", part("own-bytes", "alert"), alerts=["fatal decode_error"]),
            connection("after-handshake", part("control", "equal")),
        ),
    ),
    Example(
        "own-bytes-ignored-repeatedly",
        "own-bytes-ignored",
        "OpenSSL 1.0.1g over DTLS, in turns on one association",
        over_udp(connection("turns", *TURN * 7)),
    ),
    Example(
        "own-bytes-ignored-repeatedly",
        "own-bytes-ignored",
        "OpenSSL 1.0.1g over DTLS that ends the association after a heartbeat, with losses",
        over_udp(
            *[connection("own-bytes", OWN)] * 11,
            *[connection("large-control", part("large-control", "equal"))] * 8,
            *[connection("large-control", part("large-control", "none"))] * 3,
        ),
    ),
    # -- not affected
    Example("not-offered", "not-offered", "nginx of today", probe(connection("burst", **NO_HEARTBEATS))),
    Example(
        "not-offered",
        "not-offered",
        "a DTLS server without heartbeats",
        probe(connection("turns", **{**DTLS, **NO_HEARTBEATS}), transport="udp"),
    ),
    Example(
        "not-offered",
        "not-offered",
        "a client: it offers of its own accord, or does not",
        probe(
            connection("burst", heartbeat=None, offered={"versions": [], "name": None, "heartbeat": False}),
            role="client",
        ),
    ),
    Example(
        "ssl30-no-heartbeats",
        "ssl30-no-heartbeats",
        "OpenSSL 0.9.8 with SSL 3.0 alone",
        probe(
            silent(alerts=["fatal handshake_failure"]),
            connection(
                "burst", OWN, part("control", "none"), part("flush", "alert"), alerts=UNEXPECTED, **SSL30
            ),
        ),
    ),
    Example(
        "tls13",
        "tls13",
        "a server of TLS 1.3 alone",
        probe(
            silent(alerts=["fatal protocol_version"]),
            connection("burst", **TLS13),
            connection("certificate", **TLS13),
        ),
    ),
    Example("ssh", "ssh", "OpenSSH", probe(silent(not_tls="ssh"))),
    Example(
        "plain-http", "plain-http", "an HTTP server's error page", probe(silent(not_tls="http", ended="fin"))
    ),
    # -- unreachable
    Example("no-connection", "refused", "a closed port", probe(failed("refused"))),
    Example(
        "no-connection", "timeout", "a filtered port, twice", probe(failed("timeout"), failed("timeout"))
    ),
    Example("no-connection", "failed", "a code that no rule knows", probe(failed("no-route"))),
    # -- heartbeats are there, and nothing is proved
    Example(
        "requests-declined",
        "requests-declined",
        "one that sends heartbeats and takes none",
        probe(
            connection(
                "burst", OWN, part("control", "none"), part("flush", "alert"), alerts=UNEXPECTED, heartbeat=2
            )
        ),
    ),
    Example(
        "needs-client-certificate",
        "needs-client-certificate",
        "GnuTLS that asks for a certificate",
        probe(
            {**REFUSED_BURST, "client_certificate_asked": True},
            OWN_REFUSED,
            CONTROL_REFUSED,
            connection("after-handshake", failure="closed", ended="fin"),
        ),
    ),
    Example(
        "needs-after-handshake",
        "needs-after-handshake",
        "GnuTLS where there is no library to finish the handshake",
        probe(REFUSED_BURST, OWN_REFUSED, CONTROL_REFUSED, NO_LIBRARY),
    ),
    Example(
        "needs-after-handshake",
        "needs-after-handshake",
        "GnuTLS over DTLS, which no library here can finish: that it asks for a certificate is not why",
        over_udp(
            connection(
                "turns",
                part("own-bytes", "none"),
                part("large-control", "none"),
                client_certificate_asked=True,
            ),
            NO_LIBRARY,
        ),
    ),
    Example(
        "needs-after-handshake",
        "needs-after-handshake",
        "GnuTLS over DTLS",
        over_udp(
            *[
                connection(
                    "turns", part("own-bytes", "alert"), part("large-control", "none"), alerts=UNEXPECTED
                )
            ]
            * 6,
            NO_LIBRARY,
        ),
    ),
    Example(
        "later-connection-failed",
        "refused",
        "a service that went down between two questions",
        probe(CLOSED_BURST, failed("refused", "own-bytes")),
    ),
    Example(
        "servers-differ",
        "servers-differ",
        "a balanced address: one server closes on own bytes, another answers the control",
        probe(
            CLOSED_BURST,
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "equal"), ended="fin", cipher=0xC030),
        ),
    ),
    Example(
        "not-a-record-answered",
        "not-a-record",
        "text in place of a record",
        probe(connection("burst", part("own-bytes", "not-a-record"), *BURST[1:], error="not-a-record")),
    ),
    Example(
        "not-a-record-answered",
        "too-many-messages",
        "a flood of heartbeats",
        probe(connection("burst", part("own-bytes", "not-a-record"), *BURST[1:], error="too-many-messages")),
    ),
    Example(
        "reset",
        "reset",
        "resets on every question",
        probe(CLOSED_BURST, *[connection("own-bytes", OWN, ended="reset")] * 3),
    ),
    Example(
        "control-unanswered",
        "control-unanswered",
        "one that offers heartbeats and answers none",
        probe(REFUSED_BURST),
    ),
    Example(
        "control-unanswered",
        "control-unanswered",
        "the same over DTLS",
        over_udp(*[connection("turns", OWN, part("large-control", "none"))] * 6),
    ),
    Example(
        "heartbeat-refused",
        "alert-decode_error",
        "one that refuses any heartbeat, and no library was asked",
        probe(
            connection("burst", part("own-bytes", "alert"), *BURST[1:], alerts=["fatal decode_error"]),
            connection("own-bytes", part("own-bytes", "alert"), alerts=["fatal decode_error"]),
        ),
    ),
    Example(
        "closed-after-question",
        "closed",
        "one that closes on any heartbeat",
        probe(
            CLOSED_BURST,
            connection("own-bytes", OWN, ended="fin"),
            connection("large-control", part("large-control", "none"), ended="fin"),
        ),
    ),
    Example(
        "question-unanswered",
        "silent",
        "one that stops talking",
        probe(connection("burst", *BURST), connection("own-bytes", *BURST)),
    ),
    Example(
        "question-unanswered",
        "silent",
        "DTLS: six own bytes unanswered and five controls answered are too few",
        over_udp(connection("turns", *TURN * 5), connection("own-bytes", OWN)),
    ),
    # -- not even a hello
    Example("ssl2", "ssl2", "a server of SSL 2 alone", probe(silent(not_tls="ssl2", ended="fin"))),
    Example("not-tls", "not-tls", "an SMTP server", probe(silent(not_tls="text"))),
    Example("not-tls", "not-tls", "a MySQL server", probe(silent(not_tls="binary"))),
    Example(
        "broken-hello",
        "duplicate-extension",
        "a hello with an extension twice",
        probe(silent(error="duplicate-extension")),
    ),
    Example(
        "alert",
        "alert-handshake_failure",
        "a server of certain names",
        probe(*[silent(alerts=["warning unrecognized_name", "fatal handshake_failure"])] * 4),
    ),
    Example(
        "unknown-version",
        "unknown-version",
        "a hello of no version that there is",
        probe(connection("burst", version="0x0305", heartbeat=None)),
    ),
    Example(
        "unknown-version",
        "unknown-version",
        "a hello of TLS over UDP",
        probe(connection("turns", version="TLS1.2", heartbeat=None), transport="udp"),
    ),
    Example("heartbeats-unasked", "silent", "a hello, then nothing", probe(connection("burst"))),
    Example("heartbeats-unasked", "closed", "a hello, then a close", probe(connection("burst", ended="fin"))),
    Example(
        "heartbeats-unasked", "reset", "a hello, then a reset", probe(connection("burst", ended="reset"))
    ),
    Example(
        "heartbeats-unasked",
        "alert-internal_error",
        "a hello, then an alert",
        probe(connection("burst", alerts=["fatal internal_error"])),
    ),
    Example(
        "later-hello-failed",
        "timeout",
        "a server that closes, then takes no connection",
        probe(silent(ended="fin"), failed("timeout")),
    ),
    Example("reset-before-hello", "reset", "a filter that resets", probe(*[silent(ended="reset")] * 4)),
    Example("closed-before-hello", "closed", "a server that closes", probe(*[silent(ended="fin")] * 4)),
    Example("silent", "silent", "a service that waits to be spoken to", probe(silent(), silent())),
    Example("silent", "silent", "a silent UDP port", probe(silent("turns"), transport="udp")),
    Example("silent", "silent", "a probe without time for any connection", probe()),
    # -- before TLS
    *BEFORE_TLS,
]

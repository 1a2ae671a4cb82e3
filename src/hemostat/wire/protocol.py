"""Numbers of TLS and DTLS: versions, content types, handshake types, alerts. IANA "TLS Parameters"; RFC 5246,
6347, 8446.
"""

from typing import Final

__all__ = [
    "ALERT",
    "ALERT_NAMES",
    "APPLICATION_DATA",
    "CERTIFICATE",
    "CERTIFICATE_REQUEST",
    "CERTIFICATE_STATUS",
    "CHANGE_CIPHER_SPEC",
    "CLIENT_HELLO",
    "DTLS10",
    "DTLS12",
    "FATAL",
    "FINISHED",
    "HANDSHAKE",
    "HEARTBEAT",
    "HELLO_REQUEST",
    "HELLO_VERIFY_REQUEST",
    "SERVER_HELLO",
    "SERVER_HELLO_DONE",
    "SERVER_KEY_EXCHANGE",
    "SSL30",
    "TLS10",
    "TLS11",
    "TLS12",
    "TLS13",
    "UNEXPECTED_MESSAGE",
    "VERSION_NAMES",
    "WARNING",
    "alert_text",
    "handshake_name",
    "version_name",
]

# Versions as they stand in records and hellos. DTLS counts downwards (RFC 6347 section 4.1).
SSL30: Final = 0x0300
TLS10: Final = 0x0301
TLS11: Final = 0x0302
TLS12: Final = 0x0303
TLS13: Final = 0x0304
DTLS10: Final = 0xFEFF
DTLS12: Final = 0xFEFD
VERSION_NAMES: Final = {
    SSL30: "SSL3.0",
    TLS10: "TLS1.0",
    TLS11: "TLS1.1",
    TLS12: "TLS1.2",
    TLS13: "TLS1.3",
    DTLS10: "DTLS1.0",
    DTLS12: "DTLS1.2",
}

# Content types (RFC 5246 section 6.2.1; heartbeat: RFC 6520 section 3).
CHANGE_CIPHER_SPEC: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
HEARTBEAT: Final = 24

# Handshake types (RFC 5246 section 7.4, RFC 6347 section 4.3.2, RFC 6066 section 8).
HELLO_REQUEST: Final = 0
CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
HELLO_VERIFY_REQUEST: Final = 3
CERTIFICATE: Final = 11
SERVER_KEY_EXCHANGE: Final = 12
CERTIFICATE_REQUEST: Final = 13
SERVER_HELLO_DONE: Final = 14
FINISHED: Final = 20
CERTIFICATE_STATUS: Final = 22

_HANDSHAKE_NAMES: Final = {
    HELLO_REQUEST: "hello-request",
    CLIENT_HELLO: "client-hello",
    SERVER_HELLO: "server-hello",
    HELLO_VERIFY_REQUEST: "hello-verify-request",
    4: "new-session-ticket",
    CERTIFICATE: "certificate",
    SERVER_KEY_EXCHANGE: "server-key-exchange",
    CERTIFICATE_REQUEST: "certificate-request",
    SERVER_HELLO_DONE: "server-hello-done",
    15: "certificate-verify",
    16: "client-key-exchange",
    FINISHED: "finished",
    CERTIFICATE_STATUS: "certificate-status",
}

# Alerts (RFC 5246 section 7.2, RFC 8446 section 6, RFC 6066 section 9, RFC 4279 section 6, RFC 7301 section
# 3.2).
WARNING: Final = 1
FATAL: Final = 2
UNEXPECTED_MESSAGE: Final = 10
ALERT_NAMES: Final = {
    0: "close_notify",
    UNEXPECTED_MESSAGE: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


def version_name(version: int) -> str:
    """Name of a version number: `TLS1.2`; `0x1234` where there is none."""
    return VERSION_NAMES.get(version) or f"0x{version:04x}"


def handshake_name(kind: int) -> str:
    """Name of a handshake type: `server-hello`; `handshake-99` where there is none."""
    return _HANDSHAKE_NAMES.get(kind) or f"handshake-{kind}"


def alert_text(level: int, description: int) -> str:
    """An alert in words: `fatal unexpected_message`, `warning 99`."""
    words = {WARNING: "warning", FATAL: "fatal"}.get(level) or f"level-{level}"
    return f"{words} {ALERT_NAMES.get(description) or description}"

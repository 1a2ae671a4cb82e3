"""What can be wrong with a certificate as a whole."""

from typing import Final

from hemostat.errors import HemostatError

__all__ = ["CERTIFICATE_ERROR_CODES", "CertificateError"]

CERTIFICATE_ERROR_CODES: Final = {
    "truncated": "the bytes end before the certificate's key does",
    "malformed": "the bytes are no certificate, or not one as far as its key",
}
"""Every code that a `CertificateError` can carry, and what it means."""


class CertificateError(HemostatError):
    """Not even the key of a certificate can be found in these bytes.

    `code` is one of `CERTIFICATE_ERROR_CODES`. The text never holds bytes of the certificate.
    """

    def __init__(self, code: str) -> None:
        super().__init__(CERTIFICATE_ERROR_CODES[code])
        self.code = code

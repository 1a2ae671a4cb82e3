"""Certificates: what one says, read from its DER, whoever made it.

No I/O. Reading order: `der` → `texts` → `names`, `dates`, `keys` (with `algorithms`) → `signature` →
`certificate`.

The reader is its own, since certificates of 2014 are to be read, and hostile ones: `cryptography` refuses as a
whole the commonest faults of that time (a `*` or `_` in a PrintableString, Latin-1 in a TeletexString, soon a
serial number of zero), and with them the key. It is asked for one thing only, the signature of a certificate
that names itself as its issuer, and is imported (0.04 s) only then. Tests hold both readers equal on whatever
both can read.
"""

from hemostat.certificates.certificate import Certificate, read_certificate
from hemostat.certificates.errors import CERTIFICATE_ERROR_CODES, CertificateError

__all__ = ["CERTIFICATE_ERROR_CODES", "Certificate", "CertificateError", "read_certificate"]

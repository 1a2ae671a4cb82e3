"""Whether a certificate's signature is by its own key. The one thing here that `cryptography` computes."""

import warnings

__all__ = ["refutes_itself"]


def refutes_itself(der: bytes) -> bool:
    """Whether the certificate's signature was checked with the certificate's own key and does not fit.

    False where it fits, and where nobody here can check it: a kind of key or signature that `cryptography`
    does not know or calls broken, or a certificate that it refuses to read. OpenSSL computes with no modulus
    over 16384 bits, so no key costs more than milliseconds.
    """
    # Here, since few certificates are issued to whom they name: it takes longer than all the rest together.
    from cryptography import x509
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of odd serial numbers and the like: not this reader's matter.
        try:
            certificate = x509.load_der_x509_certificate(der)
            certificate.verify_directly_issued_by(certificate)
        except InvalidSignature:
            return True
        except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm, InternalError):
            return False
    return False

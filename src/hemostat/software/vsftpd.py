"""vsftpd: `rsa_cert_file` and its kin, which have a default."""

from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname
from typing import Final

from hemostat.software.program import Program
from hemostat.software.reading import Directive, Files, KeyUse, pair_of, pairs, ports_of

__all__ = ["PROGRAM"]

_DEFAULT: Final = "/usr/share/ssl/certs/vsftpd.pem"


def _uses(files: Files) -> Iterator[KeyUse]:
    for start in files.starts:
        said = {
            name: Directive(start, line, name, values) for line, _, name, values in pairs(files.lines(start))
        }
        enabled = "ssl_enable" in said and said["ssl_enable"].value.lower() in ("yes", "true", "1")
        ports = ports_of([said["listen_port"].value if "listen_port" in said else "21"])
        if enabled:
            said.setdefault("rsa_cert_file", replace(said["ssl_enable"], values=(_DEFAULT,)))
        for kind in ("rsa", "dsa"):
            certificate, key = said.get(f"{kind}_cert_file"), said.get(f"{kind}_private_key_file")
            if (certificate and certificate.value) or (key and key.value):
                use = pair_of(certificate, key, dirname(start), together=True)
                yield replace(use, ports=ports, enabled=enabled)


PROGRAM = Program(
    name="vsftpd",
    title="vsftpd",
    source="vsftpd.conf(5)",
    executables=("vsftpd",),
    units=("vsftpd", "vsftpd@*"),
    configurations=(
        "/etc/vsftpd.conf",
        "/etc/vsftpd/*.conf",
        "/usr/local/etc/vsftpd.conf",
    ),
    options={"": ""},
    allow=frozenset(
        {
            "listen_port", "ssl_enable", "rsa_cert_file", "rsa_private_key_file", "dsa_cert_file",
            "dsa_private_key_file",
        }
    ),
    uses=_uses,
)  # fmt: skip

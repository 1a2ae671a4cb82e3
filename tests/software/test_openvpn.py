"""OpenVPN: servers, clients, bundles, and configurations that hold the key themselves."""

import pytest

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/openvpn/server/vpn.conf"
INLINE = """\
client
<cert>
-----BEGIN CERTIFICATE-----
cert /not/this
-----END CERTIFICATE-----
</cert>
<key>
-----BEGIN PRIVATE KEY-----
MIIEsecret
-----END PRIVATE KEY-----
</key>
lport 1195
"""


@pytest.mark.parametrize(
    ("text", "pair", "role", "ports"),
    [
        (
            "server 10.8.0.0 255.255.255.0\ncert a.crt\nkey a.key ; own\n",
            ("a.crt", "a.key"),
            "server",
            (1194,),
        ),
        ("--tls-server\n--cert a.crt\n--key 'a b.key'\nport 443\n", ("a.crt", "a b.key"), "server", (443,)),
        ("client\ncert a.crt\nkey a.key\nport 443\n", ("a.crt", "a.key"), "client", ()),
        ("cd keys\ncert ../a.crt\nkey a.key\n", ("a.crt", "keys/a.key"), "server", (1194,)),
    ],
)
def test_a_pair(text: str, pair: tuple[str, str], role: str, ports: tuple[int, ...]) -> None:
    (use,) = read("openvpn", START, text)
    assert (use.certificate, use.key) == tuple(f"/etc/openvpn/server/{path}" for path in pair)
    assert (use.role, use.ports) == (role, ports)


def test_a_bundle_and_a_chain() -> None:
    use, lost = read("openvpn", START, "pkcs12 bundle\nextra-certs more.pem\nconfig further.conf\n")
    assert (use.certificate, use.key, use.form) == ("/etc/openvpn/server/bundle",) * 2 + ("pkcs12",)
    assert use.chain == ("/etc/openvpn/server/more.pem",)
    assert (lost.unresolved, lost.written) == ("missing", "/etc/openvpn/server/further.conf")


def test_a_configuration_that_holds_the_key_says_so_and_not_what_it_is() -> None:
    (use,) = read("openvpn", START, INLINE)
    assert (use.certificate, use.key, use.unresolved, use.written) == (None, None, "inline", None)
    assert (use.role, use.line) == ("client", 2)


@pytest.mark.parametrize("option", ["pkcs11-id 'token'", "cryptoapicert SUBJ:x", "management-external-key"])
def test_a_key_elsewhere_is_said(option: str) -> None:
    (use,) = read("openvpn", START, f"cert /a\n{option}\n")
    assert (use.certificate, use.key, use.unresolved) == ("/a", None, "engine")


def test_lines_that_a_collector_prints_hold_no_key() -> None:
    lines = kept("openvpn", INLINE + "auth-user-pass secret\nhttp-proxy-user-pass secret\n")
    assert [line for _, line in lines] == [
        "client",
        "<cert>",
        "cert /not/this",
        "</cert>",
        "<key>",
        "</key>",
        "lport 1195",
    ]
    (use,) = programs()["openvpn"].read({START: lines}).uses
    assert (use.unresolved, use.role) == ("inline", "client")

"""stunnel: services, defaults for all, clients."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/stunnel/stunnel.conf"


def test_a_service_has_its_own_or_the_common_pair() -> None:
    uses = read(
        "stunnel",
        START,
        """
        ; all
        cert = /srv/all.pem
        [pop3s]
        accept  = 127.0.0.1:995
        connect = 110
        [Named]
        accept = 443
        sni = web:*.a.test
        cert = a.p12
        [out]
        client = yes
        accept = 25
        cert = out.pem
        key = out.key
        """,
    )
    assert [(use.certificate, use.key, use.role, use.ports, use.names, use.form) for use in uses] == [
        ("/srv/all.pem", "/srv/all.pem", "server", (995,), (), "pem"),
        ("/etc/stunnel/a.p12", "/etc/stunnel/a.p12", "server", (443,), ("*.a.test",), "pkcs12"),
        ("/etc/stunnel/out.pem", "/etc/stunnel/out.key", "client", (25,), (), "pem"),
    ]
    assert [use.line for use in uses] == [3, 10, 14]


def test_without_services_it_is_one_itself() -> None:
    (use,) = read("stunnel", START, "cert = /a\naccept = 443\n")
    assert (use.certificate, use.ports) == ("/a", (443,))


def test_keys_in_tokens_are_said() -> None:
    first, second = read(
        "stunnel",
        START,
        "engine=pkcs11\n[a]\ncert=/a\nengineId=pkcs11\n[b]\ncert = pkcs11:object=x\nkey=/k\n",
    )
    assert (first.certificate, first.key, first.unresolved) == ("/a", None, "engine")
    assert (second.certificate, second.key, second.unresolved) == (None, "/k", "engine")


def test_a_folder_is_included() -> None:
    (use,) = read("stunnel", START, "include = conf.d\n", conf_dot_d__a="[a]\ncert = /a\n")
    assert use.certificate == "/a"


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("stunnel", "[s]\ncert = /a\nticketKeySecret = secret\nPSKsecrets = secret\n")
    assert [line for _, line in lines] == ["[s]", "cert = /a"]
    assert [use.certificate for use in programs()["stunnel"].read({START: lines}).uses] == ["/a"]

"""vsftpd."""

from tests.software.configured import kept, read

START = "/etc/vsftpd.conf"


def test_a_pair_and_its_default() -> None:
    first, second = read(
        "vsftpd",
        START,
        "ssl_enable=YES\nrsa_cert_file=/a.pem\nrsa_private_key_file=/a.key\ndsa_cert_file=/d.pem\nlisten_port=990\n",
    )
    assert (first.certificate, first.key, first.ports, first.line) == ("/a.pem", "/a.key", (990,), 2)
    assert (second.certificate, second.key) == ("/d.pem", "/d.pem")
    (default,) = read("vsftpd", START, "ssl_enable=yes\n")
    assert (default.certificate, default.line) == ("/usr/share/ssl/certs/vsftpd.pem", 1)


def test_where_tls_is_off_the_pair_is_named_and_not_read() -> None:
    (use,) = read("vsftpd", START, "rsa_cert_file=/a.pem\nssl_enable=NO\n")
    assert (use.certificate, use.enabled, use.ports) == ("/a.pem", False, (21,))
    assert read("vsftpd", START, "anonymous_enable=NO\n") == ()


def test_lines_that_a_collector_prints_say_no_more() -> None:
    assert kept("vsftpd", "anon_password=secret\nssl_enable=YES\n") == [(2, "ssl_enable=YES")]

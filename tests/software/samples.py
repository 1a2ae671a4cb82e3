"""A short configuration for each program: the start of what hostile input is made of."""

__all__ = ["SAMPLES"]

SAMPLES = {
    "apache": (
        "Define d /a\n<VirtualHost *:443>\nSSLEngine on\nSSLCertificateFile ${d}/c \\\n\nInclude x\n</VirtualHost>\n"
    ),
    "dovecot": "ssl_cert = </a\nssl_key = </b # c\nlocal_name x {\n ssl_cert = <c\n}\n!include d/*\n",
    "ejabberd": (
        'define_macro:\n  C: "/a"\ncertfiles:\n  - C\nlisten:\n  - port: 1\n    certfile: /b\n'
        "host_config:\n  h:\n    certfile: c\n"
    ),
    "exim": (
        ".ifdef A\nB = /c\n.else\nA = B\n.endif\ntls_certificate = B\n"
        "begin transports\ndriver = smtp\ntls_privatekey = x\n"
    ),
    "haproxy": (
        "global\n crt-base /a\nlisten x\n bind :443 ssl crt b crt-list /etc/a tls-ticket-keys c\n"
        "crt-store\n load crt d key e\n"
    ),
    "mosquitto": "certfile a\nlistener 1\ncertfile b\nkeyfile c\ninclude_dir d\nconnection e\nbridge_certfile f\n",
    "mysql": (
        "[mysqld]\nssl-cert = a\nport = 1\n!includedir /d\n[mysqld2]\nssl_key = 'b'\n"
        "[client]\nssl-cert=c\n[sst]\ntcert=x\n"
    ),
    "nginx": (
        'http { ssl_certificate a; server { listen 1 ssl; server_name "b"; ssl_certificate_key $c; include d/*; } }\n'
    ),
    "openldap": "TLSCertificateFile a\n  b\nTLSCertificateKeyFile c\ninclude d\n",
    "openvpn": "cert a\n<key>\nx\n</key>\npkcs12 b\nport 1\nconfig c\nextra-certs d\n",
    "postfix": (
        "a = $b\nb = ${a}\nsmtpd_tls_cert_file = /$a\nsmtpd_tls_eccert_file = x\nlmtp_tls_chain_files = x,\n  y\n"
        "smtp_tls_key_file = $(c)\n"
    ),
    "postgresql": "ssl = on\nssl_cert_file = 'a''b'\ninclude_dir 'c'\nport = 1\ndata_directory = '/d'\n",
    "proftpd": (
        "<Global>\nTLSRSACertificateFile a\n</Global>\n"
        "<VirtualHost b>\nPort 1\nTLSPKCS12File c\n</VirtualHost>\nInclude d\n"
    ),
    "prosody": (
        'ssl = { key = "a"; certificate = [[b]] }\nVirtualHost "c"\nInclude "d"\nc2s_ports = { 1 }\n'
        'https_certificate = "x"\n'
    ),
    "redis": "tls-port 1\ntls-cert-file a\ntls-key-file b\ndir c\ninclude d\n",
    "stunnel": "cert = a\n[b]\naccept = 1\nsni = x:y\nkey = c\ninclude = d\n",
    "vsftpd": "ssl_enable=YES\nrsa_cert_file=a\ndsa_private_key_file=b\nlisten_port=1\n",
}

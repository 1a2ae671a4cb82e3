"""CVE-2014-0160, Heartbleed."""

from typing import Final

from hemostat.incidents.incident import (
    Event,
    Figure,
    FixedPackage,
    Incident,
    Role,
    Source,
    Step,
    UnaffectedRelease,
    UnaffectedSoftware,
    VersionRange,
)


def _ubuntu(release: str, version: str, note: str = "") -> FixedPackage:
    return FixedPackage(
        "Ubuntu", release, "openssl", version, "usn-2165", note, distribution="ubuntu", releases=(release,)
    )


def _enterprise_6(
    system: str, distribution: str, advisory: str | None, note: str = "", without_flaw: tuple[str, ...] = ()
) -> FixedPackage:
    """Red Hat Enterprise Linux 6 and what is built from its sources. Each of its minor releases continues the one
    before, so one version is the first fixed of all; those before 6.5 had 1.0.0.
    """
    return FixedPackage(
        system,
        "6.5",
        "openssl",
        "1.0.1e-16.el6_5.7",
        advisory,
        note,
        distribution=distribution,
        releases=("6",),
        without_flaw=without_flaw,
    )


def _fedora(release: str, version: str) -> FixedPackage:
    return FixedPackage(
        "Fedora", release, "openssl", version, None, distribution="fedora", releases=(release,)
    )


def _opensuse(release: str, version: str) -> FixedPackage:
    return FixedPackage(
        "openSUSE",
        release,
        "openssl",
        version,
        "opensuse-su-2014-0492",
        distribution="opensuse",
        releases=(release,),
    )


INCIDENT: Final = Incident(
    id="CVE-2014-0160",
    name="Heartbleed",
    aliases=("CVE-2014-0346", "VU#720951"),
    software="OpenSSL",
    summary=(
        "OpenSSL answered a TLS or DTLS heartbeat without comparing the length that the request "
        "claims with the bytes that came. Whoever could open a connection could ask for bytes "
        "that were never sent, and was given what lay behind the request in the memory of the "
        "process: up to 64 KiB a time, as often as they asked, before any login, and with no "
        "trace in ordinary logs."
    ),
    introduced="2011-12-31",
    released="2012-03-14",
    disclosed="2014-04-07",
    fixed="2014-04-07",
    events=(
        Event(
            "2011-12-31",
            "Heartbeats, and the flaw with them, enter OpenSSL's source (commit 4817504d069b, 22:59:57 UTC).",
            ("introducing-commit",),
        ),
        Event(
            "2012-02",
            "RFC 6520 specifies heartbeats; its section 4 has the check that is missing.",
            ("rfc6520",),
        ),
        Event("2012-03-14", "OpenSSL 1.0.1, the first release with heartbeats.", ("openssl-changes",)),
        Event(
            "2014-04-07",
            (
                "Disclosed and fixed on the same day: OpenSSL 1.0.1g, its advisory, the first packages. A "
                "second number, CVE-2014-0346, was given to the same flaw and withdrawn."
            ),
            ("openssl-advisory", "vu720951"),
        ),
        Event(
            "2014-04-08", "FreeBSD-SA-14:06, for the OpenSSL of FreeBSD's base system.", ("freebsd-sa-14-06",)
        ),
    ),
    affected_versions=(VersionRange("1.0.1", "1.0.1f"), VersionRange("1.0.2-beta1", "1.0.2-beta1")),
    fixed_versions=("1.0.1g", "1.0.2-beta2"),
    unaffected_branches=("0.9.8", "1.0.0"),
    version_notes=(
        "A build with -DOPENSSL_NO_HEARTBEATS is not affected, whatever its version.",
        (
            "A version text such as 1.0.1e says nothing by itself: distributions put the fix into the "
            "version they had."
        ),
        (
            "A process keeps the library that it started with. Until it is stopped and started again, "
            "an upgrade on disk protects nothing; and one that still maps an older, safe library "
            "becomes vulnerable by a restart if the library on disk is vulnerable."
        ),
    ),
    fixed_packages=(
        FixedPackage(
            "Debian",
            "7 (wheezy)",
            "openssl",
            "1.0.1e-2+deb7u5",
            "dsa-2896",
            "libssl1.0.0, openssl, libssl-dev, -dbg and -doc; the claim that deb7u6 is needed is wrong",
            distribution="debian",
            releases=("7", "wheezy"),
        ),
        FixedPackage(
            "Debian",
            "8 (jessie), sid",
            "openssl",
            "1.0.1g-1",
            None,
            distribution="debian",
            releases=("8", "jessie", "jessie/sid", "sid"),
        ),
        _ubuntu("12.04", "1.0.1-4ubuntu5.12"),
        _ubuntu("12.10", "1.0.1c-3ubuntu2.7"),
        _ubuntu("13.10", "1.0.1e-3ubuntu1.2"),
        _ubuntu("14.04", "1.0.1f-1ubuntu2", "fixed before its release"),
        _enterprise_6("RHEL", "rhel", "rhsa-2014-0376"),
        _enterprise_6(
            "CentOS",
            "centos",
            "cesa-2014-0376",
            (
                "for some hours there were interim builds without heartbeats; they compare below the fix "
                "and are not affected"
            ),
            without_flaw=("1.0.1e-16.el6_5.4.0.1.centos",),
        ),
        _enterprise_6("Oracle Linux", "ol", "elsa-2014-0376"),
        _enterprise_6("Scientific Linux", "scientific", None),
        FixedPackage(
            "Amazon Linux",
            "AMI",
            "openssl",
            "1:1.0.1e-37.66.amzn1",
            "alas-2014-320",
            "epoch 1",
            distribution="amzn",
            releases=("2011", "2012", "2013", "2014", "2015", "2016", "2017", "2018"),
        ),
        _fedora("19", "1.0.1e-37.fc19.1"),
        _fedora("20", "1.0.1e-37.fc20.1"),
        _opensuse("12.3", "1.0.1e-1.44.1"),
        _opensuse("13.1", "1.0.1e-11.32.1"),
        FixedPackage(
            "Gentoo",
            "rolling",
            "dev-libs/openssl",
            "1.0.1g",
            "glsa-201404-07",
            "or USE=-tls-heartbeat",
            distribution="gentoo",
        ),
        FixedPackage(
            "FreeBSD",
            "10.0",
            "base system",
            None,
            "freebsd-sa-14-06",
            "the advisory names the patch level",
            distribution="freebsd",
            releases=("10.0",),
        ),
    ),
    unaffected_releases=(
        UnaffectedRelease("Debian", "6 (squeeze)", "has OpenSSL 0.9.8"),
        UnaffectedRelease("Ubuntu", "10.04", "its OpenSSL does not have the code"),
        UnaffectedRelease("RHEL and its kin", "5", "have OpenSSL 0.9.8e"),
        UnaffectedRelease("RHEL and its kin", "6.4 and before", "have OpenSSL 1.0.0"),
        UnaffectedRelease("SUSE Linux Enterprise Server", "11", "has OpenSSL 0.9.8"),
        UnaffectedRelease("FreeBSD", "8.x, 9.x (base)", "have OpenSSL 0.9.8"),
    ),
    package_notes=(
        "A later revision of the same package has the fix too.",
        (
            "For a system without a row here (Alpine, Arch, Slackware, NetBSD, OpenBSD 5.3 and 5.4, "
            "Fedora 18, openSUSE 12.2) upstream's version decides, as far as nothing was backported."
        ),
        (
            "A package says nothing of copies that lie beside it: bundled libraries, programs linked "
            "statically, own builds, container images."
        ),
    ),
    unaffected_software=(
        UnaffectedSoftware("OpenSSH and SSH in general", "SSH is another protocol and has no TLS heartbeats"),
        UnaffectedSoftware(
            "GnuTLS, NSS, SChannel, wolfSSL, yaSSL",
            "they have their own code; where it knows heartbeats, it is not this",
        ),
        UnaffectedSoftware("LibreSSL", "it began after the fix"),
        UnaffectedSoftware("Programs without TLS", "no TLS, no heartbeat"),
        UnaffectedSoftware(
            "A program known by its name alone (curl, wget, git, a browser)",
            "cannot be judged so: it depends on the TLS library it is linked to",
        ),
    ),
    leaks=(
        (
            "Only memory of the process that runs the vulnerable OpenSSL: what lies behind the "
            "request there, up to 64 KiB for each heartbeat. It can be asked again and again, and "
            "what lies there changes."
        ),
        (
            "So, sooner or later: the private keys of its certificates, keys of running sessions, "
            "session-ticket keys."
        ),
        "What passed through it for others: passwords, cookies, tokens, mails, pages, database rows.",
        "Addresses inside the process, which make other attacks easier.",
    ),
    never_leaks=(
        (
            "Arbitrary memory of the machine: neither other processes nor the kernel nor other "
            "machines. A key that only another process or a hardware module holds is out of reach."
        ),
        "Files, unless the process had read them into its memory.",
        (
            "Memory of a process that does not run the vulnerable code, though a vulnerable copy lies "
            "on its disk."
        ),
        (
            "Heartbeats read and never write: nothing is changed and no code is run by them. What was "
            "read may open a door later."
        ),
    ),
    roles=(
        Role(
            "server",
            (
                "Whatever serves TLS or DTLS with it, from the first byte or after STARTTLS: web, mail, "
                "directory, database, chat, VPN. Anyone who can connect can ask; no login and no finished "
                "handshake is needed."
            ),
        ),
        Role(
            "client",
            (
                "Whatever connects out with it: tools, agents, mail fetchers, backups, proxies. The "
                "server that it reaches can ask it, and so can whoever poses as that server: the "
                "heartbeat is answered before the certificate has been looked at. Fixing servers does "
                "nothing for clients."
            ),
        ),
    ),
    steps=(
        Step(
            "upgrade",
            "Replace every vulnerable copy: packages, bundled libraries, programs linked statically, images.",
            "Whatever is renewed while the flaw is there leaks again.",
        ),
        Step(
            "restart",
            "Stop and start every process that has the old copy in memory. A reload is not enough.",
            "The copy in memory is what answers.",
        ),
        Step(
            "rekey",
            "Make a new private key, and never use the old one again, for any name on any host.",
            (
                "A key that existed in the exposed process counts as known. Made before the restart, the "
                "new one would too."
            ),
        ),
        Step(
            "reissue",
            "Get a certificate on the new key, valid for every name of the old one.",
            "A new certificate on the old key changes nothing.",
        ),
        Step(
            "deploy",
            "Install the new pair on every host and service that had the old key.",
            "A key shared by several is burnt for all of them, also for those that never ran the flaw.",
        ),
        Step(
            "verify",
            "Look again at every address and name: nothing vulnerable, everywhere the new certificate.",
            "What follows needs proof that the leak is closed.",
        ),
        Step(
            "revoke",
            (
                "Revoke the old certificates with the reason keyCompromise, and check that the revocation "
                "is published."
            ),
            (
                "Not before the new ones are served, or visitors are locked out. Until then, or until "
                "they expire, whoever has the old key can pose as the service."
            ),
        ),
        Step(
            "sessions",
            "End sessions: replace session-ticket keys, make cookies and tokens invalid.",
            "A stolen cookie needs no password.",
        ),
        Step(
            "passwords",
            "Change the passwords and other secrets that passed through the process, administrators' first.",
            (
                "After `verify`, but without waiting for `revoke`: a password sent to a vulnerable "
                "service leaks again."
            ),
        ),
    ),
    logins=(
        (
            "At risk was a login at every service that ran the flaw: the password or cookie that was "
            "sent there between the day when the service got OpenSSL 1.0.1 (2012-03-14 at the "
            "earliest) and the day when it was fixed; most of all from 2014-04-07 on, when everyone "
            "knew how."
        ),
        "With it the same password at any other service, even one that was never vulnerable.",
        (
            "With a mailbox, every account whose password can be reset through it; with an account "
            "that signs in elsewhere, the places that accept its tokens."
        ),
        "Logins made by a vulnerable client program, whatever the server ran.",
        (
            "After the fix too, as long as the service kept its key, or the old certificate was "
            "neither revoked nor expired: whoever had the key could pose as the service and collect "
            "logins."
        ),
        (
            "Not at risk from this flaw: a password used only at services that never ran an affected "
            "OpenSSL, with clients that did not either."
        ),
        "A password was worth changing once the service was fixed and had a new key, not before.",
    ),
    forward_secrecy=(
        (
            "With a key exchange by RSA, the private key opens every session that somebody recorded, "
            "for ever. With an ephemeral exchange (DHE, ECDHE) recorded sessions stay closed to "
            "whoever gets the private key."
        ),
        (
            "It does not help against what was in memory itself: keys of running sessions, "
            "session-ticket keys (which open the sessions resumed with them), plain text."
        ),
        (
            "And it does not hinder anyone from posing as the service with the key, until the "
            "certificate is revoked or expires."
        ),
    ),
    proof=(
        (
            "hemostat asks inside the unfinished handshake. Its request claims 16365 bytes and "
            "carries 16365 bytes, drawn at random for this connection; what is missing is the padding "
            "that RFC 6520 demands. Vulnerable code sends these very bytes back; fixed code has to "
            "discard the request. No byte of the peer's memory is read."
        ),
        (
            "A well-formed heartbeat (the control) shows that the peer answers heartbeats at all, and "
            "a Finished message out of turn draws an alert which shows that all before it was "
            "handled. So no verdict over TCP waits for a timeout."
        ),
        (
            "`patched` needs both: the first request ignored or refused, and a control answered. What "
            "talked and did not prove either is `inconclusive`, which is never counted as fine."
        ),
    ),
    figures=(
        Figure("24 to 55%", "popular HTTPS sites that were vulnerable", "durumeric-2014"),
        Figure("more than 73%", "vulnerable certificates not reissued three weeks later", "zhang-2014"),
        Figure("more than 87%", "vulnerable certificates not revoked three weeks later", "zhang-2014"),
        Figure("67%", "vulnerable extended-validation certificates not reissued", "zhang-page"),
        Figure("88%", "vulnerable extended-validation certificates not revoked", "zhang-page"),
        Figure("60%", "certificates reissued because of it whose predecessor was not revoked", "zhang-page"),
        Figure(
            "14%",
            ("affected sites that had done all three steps: reissued, revoked, new key"),
            "netcraft-may",
        ),
        Figure("57%", "affected sites that had done nothing", "netcraft-may"),
        Figure("5%", "affected sites that had put the old key into the new certificate", "netcraft-may"),
        Figure("more than 30,000", "certificates revoked and reissued on the same key", "netcraft-keys"),
        Figure("about 50%", "more patching among operators who were notified", "durumeric-2014"),
    ),
    sources=(
        Source(
            "openssl-advisory",
            "OpenSSL Security Advisory, 7 April 2014",
            "https://www.openssl.org/news/secadv/20140407.txt",
        ),
        Source(
            "rfc6520",
            "RFC 6520: TLS and DTLS Heartbeat Extension, February 2012",
            "https://www.rfc-editor.org/rfc/rfc6520",
        ),
        Source(
            "openssl-changes",
            "OpenSSL changelog: changes between 1.0.0h and 1.0.1, 14 March 2012",
            "https://www.openssl.org/news/changelog.html",
        ),
        Source(
            "introducing-commit",
            "OpenSSL commit 4817504d069b4c5082161b02a22116ad75f822b1",
            "https://github.com/openssl/openssl/commit/4817504d069b4c5082161b02a22116ad75f822b1",
        ),
        Source("vu720951", "CERT/CC Vulnerability Note VU#720951", "https://www.kb.cert.org/vuls/id/720951"),
        Source("dsa-2896", "Debian DSA-2896-1", "https://www.debian.org/security/2014/dsa-2896"),
        Source("usn-2165", "Ubuntu USN-2165-1", "https://ubuntu.com/security/notices/USN-2165-1"),
        Source("rhsa-2014-0376", "Red Hat RHSA-2014:0376", "https://access.redhat.com/errata/RHSA-2014:0376"),
        Source("cesa-2014-0376", "CentOS CESA-2014:0376", None),
        Source("elsa-2014-0376", "Oracle ELSA-2014-0376", None),
        Source("alas-2014-320", "Amazon ALAS-2014-320", None),
        Source("opensuse-su-2014-0492", "openSUSE-SU-2014:0492-1", None),
        Source("glsa-201404-07", "Gentoo GLSA 201404-07", "https://security.gentoo.org/glsa/201404-07"),
        Source(
            "freebsd-sa-14-06",
            "FreeBSD-SA-14:06",
            "https://www.freebsd.org/security/advisories/FreeBSD-SA-14:06.openssl.asc",
        ),
        Source(
            "zhang-2014",
            (
                "Zhang et al.: Analysis of SSL Certificate Reissues and Revocations in the Wake of "
                "Heartbleed, IMC 2014"
            ),
            "https://cacm.acm.org/research/analysis-of-ssl-certificate-reissues-and-revocations-in-the-wake-of-heartbleed",
        ),
        Source("zhang-page", "The same study's own page", "https://securepki.org/imc14.html"),
        Source("durumeric-2014", "Durumeric et al.: The Matter of Heartbleed, IMC 2014", None),
        Source(
            "netcraft-may",
            "Netcraft, 9 May 2014, as cited by Vox on 10 May 2014",
            "https://www.vox.com/2014/5/10/11626706",
        ),
        Source(
            "netcraft-keys",
            "Netcraft: Keys left unchanged in many Heartbleed replacement certificates",
            "https://www.netcraft.com/blog/keys-left-unchanged-in-many-heartbleed-replacement-certificates",
        ),
    ),
)

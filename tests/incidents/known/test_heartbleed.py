"""What is said of Heartbleed, held to the facts that were gathered for it."""

import re

from hemostat.incidents import as_text, get
from hemostat.incidents.known.heartbleed import INCIDENT


def test_names_and_dates() -> None:
    assert (INCIDENT.id, INCIDENT.name, INCIDENT.software) == ("CVE-2014-0160", "Heartbleed", "OpenSSL")
    assert INCIDENT.released == "2012-03-14"
    assert INCIDENT.disclosed == INCIDENT.fixed == "2014-04-07"


def test_versions() -> None:
    assert [(one.first, one.last) for one in INCIDENT.affected_versions] == [
        ("1.0.1", "1.0.1f"),
        ("1.0.2-beta1", "1.0.2-beta1"),
    ]
    assert INCIDENT.fixed_versions == ("1.0.1g", "1.0.2-beta2")
    assert INCIDENT.unaffected_branches == ("0.9.8", "1.0.0")
    assert any("-DOPENSSL_NO_HEARTBEATS" in note for note in INCIDENT.version_notes)


def test_first_fixed_packages() -> None:
    assert {(one.system, one.release): one.version for one in INCIDENT.fixed_packages} == {
        ("Debian", "7 (wheezy)"): "1.0.1e-2+deb7u5",
        ("Debian", "8 (jessie), sid"): "1.0.1g-1",
        ("Ubuntu", "12.04"): "1.0.1-4ubuntu5.12",
        ("Ubuntu", "12.10"): "1.0.1c-3ubuntu2.7",
        ("Ubuntu", "13.10"): "1.0.1e-3ubuntu1.2",
        ("Ubuntu", "14.04"): "1.0.1f-1ubuntu2",
        ("RHEL", "6.5"): "1.0.1e-16.el6_5.7",
        ("CentOS", "6.5"): "1.0.1e-16.el6_5.7",
        ("Oracle Linux", "6.5"): "1.0.1e-16.el6_5.7",
        ("Scientific Linux", "6.5"): "1.0.1e-16.el6_5.7",
        ("Amazon Linux", "AMI"): "1:1.0.1e-37.66.amzn1",
        ("Fedora", "19"): "1.0.1e-37.fc19.1",
        ("Fedora", "20"): "1.0.1e-37.fc20.1",
        ("openSUSE", "12.3"): "1.0.1e-1.44.1",
        ("openSUSE", "13.1"): "1.0.1e-11.32.1",
        ("Gentoo", "rolling"): "1.0.1g",
        ("FreeBSD", "10.0"): None,
    }


def test_a_host_finds_its_row() -> None:
    """What os-release, or what stands in its place, says on systems of that spring."""
    expected = {
        ("debian", "7"): "1.0.1e-2+deb7u5",
        ("debian", "7.4"): "1.0.1e-2+deb7u5",
        ("debian", "jessie/sid"): "1.0.1g-1",
        ("debian", "6.0"): None,
        ("debian", "12"): None,
        ("ubuntu", "12.04"): "1.0.1-4ubuntu5.12",
        ("ubuntu", "12.10"): "1.0.1c-3ubuntu2.7",
        ("ubuntu", "13.04"): None,
        ("ubuntu", "13.10"): "1.0.1e-3ubuntu1.2",
        ("ubuntu", "14.04"): "1.0.1f-1ubuntu2",
        ("rhel", "6.5"): "1.0.1e-16.el6_5.7",
        ("rhel", "6.10"): "1.0.1e-16.el6_5.7",
        ("rhel", "7.0"): None,
        ("centos", "6"): "1.0.1e-16.el6_5.7",
        ("ol", "6.5"): "1.0.1e-16.el6_5.7",
        ("scientific", "6.5"): "1.0.1e-16.el6_5.7",
        ("amzn", "2014.03"): "1:1.0.1e-37.66.amzn1",
        ("amzn", "2"): None,
        ("amzn", "2023"): None,
        ("fedora", "18"): None,
        ("fedora", "19"): "1.0.1e-37.fc19.1",
        ("fedora", "20"): "1.0.1e-37.fc20.1",
        ("opensuse", "12.3"): "1.0.1e-1.44.1",
        ("opensuse", "13.1"): "1.0.1e-11.32.1",
        ("gentoo", None): "1.0.1g",
        ("freebsd", "10.0-RELEASE"): None,
        ("alpine", "2.7.5"): None,
    }
    assert {
        (distribution, release): next(
            (one.version for one in INCIDENT.fixed_packages if one.is_of(distribution, release)), None
        )
        for distribution, release in expected
    } == expected


def test_the_steps_are_those_of_a_plan_in_its_order() -> None:
    assert [step.name for step in INCIDENT.steps] == [
        "upgrade",
        "restart",
        "rekey",
        "reissue",
        "deploy",
        "verify",
        "revoke",
        "sessions",
        "passwords",
    ]


def test_says_that_only_the_process_leaks_never_the_machine() -> None:
    assert INCIDENT.leaks[0].startswith("Only memory of the process that runs the vulnerable OpenSSL")
    assert "64 KiB" in INCIDENT.leaks[0]
    assert INCIDENT.never_leaks[0].startswith("Arbitrary memory of the machine")


def test_figures_are_those_that_were_confirmed() -> None:
    assert sorted((figure.value, figure.source) for figure in INCIDENT.figures) == [
        ("14%", "netcraft-may"),
        ("24 to 55%", "durumeric-2014"),
        ("5%", "netcraft-may"),
        ("57%", "netcraft-may"),
        ("60%", "zhang-page"),
        ("67%", "zhang-page"),
        ("88%", "zhang-page"),
        ("about 50%", "durumeric-2014"),
        ("more than 30,000", "netcraft-keys"),
        ("more than 73%", "zhang-2014"),
        ("more than 87%", "zhang-2014"),
    ]


def test_says_how_it_is_proved_in_the_numbers_of_the_exchange() -> None:
    proof = " ".join(INCIDENT.proof)
    assert "claims 16365 bytes and carries 16365 bytes" in proof
    assert re.search(r"`patched` needs both.* and a control answered", proof)


def test_a_reader_finds_what_the_fields_are_for() -> None:
    text = as_text(get("heartbleed"), 300)
    for word in (
        "keyCompromise",
        "session-ticket keys",
        "ephemeral exchange",
        "same password",
        "after STARTTLS",
    ):
        assert word in text

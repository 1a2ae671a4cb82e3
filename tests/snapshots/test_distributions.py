import pytest

from hemostat.snapshots import read_snapshot
from hemostat.snapshots.distributions import distribution_of
from tests.snapshots.writing import Fields, snapshot


def of(files: dict[str, str], os_release: Fields | None = None) -> tuple[str | None, str | None]:
    records: list[tuple[str, Fields]] = [
        ("release-file", {"path": path, "text": text}) for path, text in files.items()
    ]
    if os_release is not None:
        records.append(("os-release", os_release))
    found = distribution_of(read_snapshot([snapshot({"system": records})]))
    return found.id, found.release


OLDER = [
    ({"/etc/redhat-release": "CentOS release 6.5 (Final)"}, ("centos", "6.5")),
    ({"/etc/redhat-release": "Red Hat Enterprise Linux Server release 6.4 (Santiago)"}, ("rhel", "6.4")),
    ({"/etc/redhat-release": "Scientific Linux release 6.5 (Carbon)"}, ("scientific", "6.5")),
    (
        {
            "/etc/redhat-release": "Red Hat Enterprise Linux Server release 6.5 (Santiago)",
            "/etc/oracle-release": "Oracle Linux Server release 6.5",
        },
        ("ol", "6.5"),
    ),
    ({"/etc/system-release": "Amazon Linux AMI release 2014.03"}, ("amzn", "2014.03")),
    ({"/etc/fedora-release": "Fedora release 19 (Schrödinger's Cat)"}, ("fedora", "19")),
    (
        {
            "/etc/lsb-release": 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_CODENAME=precise\n',
            "/etc/debian_version": "wheezy/sid",
        },
        ("ubuntu", "12.04"),
    ),
    ({"/etc/debian_version": "jessie/sid\n"}, ("debian", "jessie/sid")),
    ({"/etc/SuSE-release": "openSUSE 13.1 (x86_64)\nVERSION = 13.1\nCODENAME = Bottle"}, ("opensuse", "13.1")),
    ({"/etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n"}, ("sles", "11")),
    ({"/etc/alpine-release": "2.7.4"}, ("alpine", "2.7.4")),
    ({"/etc/slackware-version": "Slackware 14.1"}, ("slackware", "14.1")),
    ({"/etc/gentoo-release": "Gentoo Base System release 2.2"}, ("gentoo", "2.2")),
    ({"/etc/arch-release": ""}, ("arch", None)),
    ({"/bin/freebsd-version": "10.0-RELEASE-p1"}, ("freebsd", "10.0")),
    ({"/etc/redhat-release": "\x1b[2J"}, (None, None)),
    ({}, (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("files", "said"), OLDER)
def test_before_os_release_other_files_tell(
    files: dict[str, str], said: tuple[str | None, str | None]
) -> None:
    assert of(files) == said


def test_os_release_tells_first() -> None:
    ubuntu = {"id": "ubuntu", "version-id": "14.04"}
    assert of({"/etc/debian_version": "jessie/sid"}, ubuntu) == ("ubuntu", "14.04")
    # The point release comes from the older file of the same distribution.
    assert of({"/etc/debian_version": "7.4"}, {"id": "debian", "version-id": "7"}) == ("debian", "7.4")
    centos = {"/etc/centos-release": "CentOS Linux release 7.0.1406 (Core)"}
    assert of(centos, {"id": "centos", "version-id": "7"}) == ("centos", "7.0.1406")
    assert of(centos, {"id": "rocky", "version-id": "7"}) == ("rocky", "7")
    assert of({"/etc/debian_version": "trixie/sid"}, {"id": "debian"}) == ("debian", "trixie/sid")


def test_what_is_no_id_or_release_is_not_taken() -> None:
    assert of({"/etc/alpine-release": "3.1"}, {"id": "a b"}) == ("alpine", "3.1")
    assert of({}, {"id": "debian", "version-id": "\x1b[2J"}) == ("debian", None)

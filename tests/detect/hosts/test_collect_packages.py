"""collect.sh on packages: databases that the real tools made in a folder, or by their documented formats; and logs."""

import gzip
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from hemostat.snapshots import Owner, Package, PackageEvent, PackageLog, Snapshot
from tests.detect.hosts.collector import collect

LIBRARY = b"\x7fELF" + bytes(12) + b"code" * 4096 + b"\0OpenSSL 1.0.1e 11 Feb 2013\0"
PATH = "usr/lib/libssl.so.1.0.0"
BUNDLED = "opt/app/bin/server"

DEBIAN_CHANGELOG = b"""openssl (1.0.1e-2+deb7u5) wheezy-security; urgency=high

  * Non-maintainer upload by the Security Team.
  * Add CVE-2014-0160.patch patch.
    CVE-2014-0160: Fix TLS/DTLS hearbeat information disclosure.

 -- Salvatore Bonaccorso <carnil@example.org>  Mon, 07 Apr 2014 22:26:55 +0200

openssl (1.0.1e-2) unstable; urgency=low

  * Fix CVE-2013-0169.

 -- Kurt Roeckx <kurt@example.org>  Sat, 16 Mar 2013 12:00:00 +0100
"""


def needs(program: str, package: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed (Debian package {package})")
    return path


def told(root: Path, sections: str = "copies,packages") -> Snapshot:
    return collect("--root", root, "--only", sections)


def written(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def deb(folder: Path, name: str, control: str, files: dict[str, str | bytes]) -> Path:
    made = folder / name
    written(
        made,
        files
        | {"DEBIAN/control": f"Package: {name}\n{control}Maintainer: x <x@example.org>\nDescription: x\n"},
    )
    run("dpkg-deb", "--root-owner-group", "-b", made, folder / f"{name}.deb")
    return folder / f"{name}.deb"


def test_dpkg_and_what_owns_a_copy(tmp_path: Path) -> None:
    needs("dpkg", "dpkg")
    if os.geteuid() != 0:
        pytest.skip("dpkg installs into a folder as root, and this run is not root")
    root = tmp_path / "root"
    written(
        root, {"var/lib/dpkg/status": "", "var/lib/dpkg/updates/x": "", "var/lib/dpkg/info/format": "1\n"}
    )
    (root / "var/lib/dpkg/updates/x").unlink()
    packages = [
        deb(
            tmp_path,
            "libssl1.0.0",
            "Version: 1.0.1e-2+deb7u5\nArchitecture: all\nSource: openssl (1.0.1e-2)\n",
            {PATH: LIBRARY, "usr/share/doc/libssl1.0.0/changelog.Debian.gz": gzip.compress(DEBIAN_CHANGELOG)},
        ),
        deb(tmp_path, "server", "Version: 2:3.4-5\nArchitecture: all\n", {BUNDLED: LIBRARY}),
        deb(tmp_path, "other", "Version: 1\nArchitecture: all\n", {"usr/share/other/x": "x"}),
    ]
    run(
        "dpkg",
        f"--root={root}",
        "--force-not-root",
        "--force-script-chrootless",
        "--log=/dev/null",
        "-i",
        *packages,
    )
    found = told(root)
    by_name = {each.name: each for each in found.of(Package)}
    assert by_name.keys() == {"libssl1.0.0", "server"}
    one = by_name["libssl1.0.0"]
    assert (one.manager, one.version, one.architecture, one.source) == (
        "dpkg",
        "1.0.1e-2+deb7u5",
        "all",
        "openssl",
    )
    assert one.installed == int((root / "var/lib/dpkg/info/libssl1.0.0.list").stat().st_mtime) * 1_000_000
    assert (one.changelog, one.changelog_first, one.changelog_last) == ("read", "2013-03-16", "2014-04-07")
    assert one.cves == ("CVE-2014-0160", "CVE-2013-0169")
    assert one.heartbleed_line == "Add CVE-2014-0160.patch patch."
    assert (by_name["server"].version, by_name["server"].changelog) == ("2:3.4-5", None)
    assert set(found.of(Owner)) == {
        Owner(manager="dpkg", package="libssl1.0.0", path=f"/{PATH}"),
        Owner(manager="dpkg", package="server", path=f"/{BUNDLED}"),
    }
    run(
        "dpkg",
        f"--root={root}",
        "--force-not-root",
        "--force-script-chrootless",
        "--log=/dev/null",
        "-r",
        "server",
    )
    written(root, {BUNDLED: LIBRARY})
    assert {each.name for each in told(root).of(Package)} == {"libssl1.0.0"}


def test_a_library_below_lib_is_found_where_lib_is_usr_lib(tmp_path: Path) -> None:
    status = (
        "Package: libssl1.0.0\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\n"
        "Source: openssl\nVersion: 1.0.1e-2\n\n"
        "Package: libssl0.9.8\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 0.9.8o-4\n"
    )
    written(
        tmp_path,
        {
            PATH: LIBRARY,
            "var/lib/dpkg/status": status,
            "var/lib/dpkg/info/libssl1.0.0:amd64.list": "/.\n/lib\n/lib/libssl.so.1.0.0\n",
        },
    )
    found = told(tmp_path)
    (package,) = found.of(Package)
    assert (package.name, package.architecture) == ("libssl1.0.0", "amd64")
    assert package.installed is not None
    assert found.of(Owner) == (
        Owner(manager="dpkg", package="libssl1.0.0:amd64", path="/lib/libssl.so.1.0.0"),
    )


def test_packages_of_an_image_without_dpkg_itself(tmp_path: Path) -> None:
    one = "Package: libssl3\nVersion: 3.0.9-1\nArchitecture: amd64\nSource: openssl\n"
    written(
        tmp_path,
        {"var/lib/dpkg/status.d/libssl3": one, "var/lib/dpkg/status.d/base": "Package: base\nVersion: 1\n"},
    )
    assert [(each.name, each.version) for each in told(tmp_path).of(Package)] == [("libssl3", "3.0.9-1")]


SPEC = """Name: openssl
Version: 1.0.1e
Release: 16.el6_5.7
Epoch: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/usr/lib
cp SOURCE %{buildroot}/usr/lib/libssl.so.1.0.0
%files
/usr/lib/libssl.so.1.0.0
%changelog
* Mon Apr 07 2014 Somebody <x@example.org> 1.0.1e-16.7
- fix CVE-2014-0160 - information disclosure in TLS heartbeat extension
* Tue Jan 07 2014 Somebody <x@example.org> 1.0.1e-16.4
- fix CVE-2013-4353
"""


def test_rpm(tmp_path: Path) -> None:
    needs("rpmbuild", "rpm")
    if os.geteuid() != 0:
        pytest.skip("rpm installs into a folder as root, and this run is not root")
    (tmp_path / "library").write_bytes(LIBRARY)
    (tmp_path / "x.spec").write_text(SPEC.replace("SOURCE", str(tmp_path / "library")))
    define = [
        "--define",
        f"_topdir {tmp_path}/build",
        "--define",
        "__os_install_post %{nil}",
        "--define",
        "debug_package %{nil}",
    ]
    run("rpmbuild", "-bb", *define, tmp_path / "x.spec")
    (package,) = (tmp_path / "build/RPMS").rglob("*.rpm")
    root = tmp_path / "root"
    root.mkdir()
    database: list[str | Path] = ["--root", root, "--dbpath", "/var/lib/rpm"]
    run("rpm", *database, "--initdb")
    run("rpm", *database, "-i", "--nodeps", "--noscripts", "--ignoreos", "--ignorearch", package)
    found = told(root)
    (one,) = found.of(Package)
    assert (one.manager, one.name, one.version) == ("rpm", "openssl", "1:1.0.1e-16.el6_5.7")
    assert (one.architecture, one.source) == ("noarch", "openssl")
    assert one.installed is not None
    assert (one.changelog_first, one.changelog_last) == ("2014-01-07", "2014-04-07")
    assert one.cves == ("CVE-2014-0160", "CVE-2013-4353")
    assert one.heartbleed_line == "fix CVE-2014-0160 - information disclosure in TLS heartbeat extension"
    assert found.of(Owner) == (Owner(manager="rpm", package="openssl", path=f"/{PATH}"),)


def test_no_database_of_rpm_is_made_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    assert told(tmp_path).of(Package) == ()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["etc"]


def pacman_package(path: Path, name: str, version: str, file: str) -> Path:
    """A package as pacman's PKGBUILD(5) makes them: .PKGINFO, then its files."""
    info = f"pkgname = {name}\npkgbase = {name}\npkgver = {version}\npkgdesc = x\nbuilddate = 1\narch = any\nsize = 1\n"
    with tarfile.open(path, "w:gz") as archive:
        for inside, content in ((".PKGINFO", info.encode()), (file, LIBRARY)):
            member = tarfile.TarInfo(inside)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_pacman(tmp_path: Path) -> None:
    needs("pacman", "pacman-package-manager")
    if os.geteuid() != 0:
        pytest.skip("pacman installs into a folder as root, and this run is not root")
    root = tmp_path / "root"
    written(
        root, {"var/lib/pacman/x": "", "pacman.conf": "[options]\nArchitecture = auto\nSigLevel = Never\n"}
    )
    packages = [
        pacman_package(tmp_path / "a.pkg.tar.gz", "openssl", "1.0.1.g-1", PATH),
        pacman_package(tmp_path / "b.pkg.tar.gz", "server", "2:3-4", BUNDLED),
        pacman_package(tmp_path / "c.pkg.tar.gz", "other", "1-1", "usr/share/other.so.md"),
    ]
    run(
        "pacman", "--root", root, "--config", root / "pacman.conf", "--noconfirm", "--noscriptlet", "--nodeps",
        "--logfile", "/dev/null", "-U", *packages,
    )  # fmt: skip
    (root / "usr/share/other.so.md").unlink()
    found = told(root)
    by_name = {each.name: each for each in found.of(Package)}
    assert by_name.keys() == {"openssl", "server"}
    one = by_name["openssl"]
    assert (one.manager, one.version, one.architecture, one.source) == (
        "pacman",
        "1.0.1.g-1",
        "any",
        "openssl",
    )
    assert one.installed is not None
    assert {(each.package, each.path) for each in found.of(Owner)} == {
        ("openssl", f"/{PATH}"),
        ("server", f"/{BUNDLED}"),
    }


def test_apk(tmp_path: Path) -> None:
    """The database as apk-tools documents it: a letter and a colon a line, packages parted by empty lines."""
    database = (
        "C:Q1x=\nP:libssl1.0\nV:1.0.1f-r0\nA:x86_64\no:openssl\nF:usr\nF:usr/lib\nR:libssl.so.1.0.0\na:0:0:755\n\n"
        "C:Q1y=\nP:server\nV:1-r2\nA:x86_64\no:server\nF:opt/app/bin\nR:server\n\n"
        "C:Q1z=\nP:musl\nV:1-r0\nA:x86_64\no:musl\nF:lib\nR:libc.so\n\n"
    )
    written(tmp_path, {PATH: LIBRARY, BUNDLED: LIBRARY, "lib/apk/db/installed": database})
    found = told(tmp_path)
    assert found.of(Package) == (
        Package(
            manager="apk", name="libssl1.0", version="1.0.1f-r0", architecture="x86_64", source="openssl"
        ),
        Package(manager="apk", name="server", version="1-r2", architecture="x86_64", source="server"),
    )
    assert {(each.package, each.path) for each in found.of(Owner)} == {
        ("libssl1.0", f"/{PATH}"),
        ("server", f"/{BUNDLED}"),
    }


def test_portage(tmp_path: Path) -> None:
    """/var/db/pkg as portage(5) documents it."""
    of = "var/db/pkg/dev-libs/openssl-1.0.1f-r1"
    written(
        tmp_path,
        {
            PATH: LIBRARY,
            f"{of}/CONTENTS": f"dir /usr\ndir /usr/lib\nobj /{PATH} 0123456789abcdef0123456789abcdef 1396900000\n",
            f"{of}/USE": "amd64 zlib\n",
            f"{of}/IUSE": "+tls-heartbeat zlib test\n",
            f"{of}/BUILD_TIME": "1396900000\n",
            f"{of}/CHOST": "x86_64-pc-linux-gnu\n",
        },
    )
    found = told(tmp_path)
    assert found.of(Package) == (
        Package(
            manager="portage",
            name="dev-libs/openssl",
            version="1.0.1f-r1",
            architecture="x86_64",
            installed=1_396_900_000_000_000,
            flags=("+zlib", "-test", "-tls-heartbeat"),
        ),
    )
    assert found.of(Owner) == (Owner(manager="portage", package="dev-libs/openssl", path=f"/{PATH}"),)


def test_slackware(tmp_path: Path) -> None:
    written(tmp_path, {"var/log/packages/openssl-1.0.1f-x86_64-1_slack14.1": "PACKAGE NAME: x\n"})
    (one,) = told(tmp_path).of(Package)
    assert (one.manager, one.name, one.version, one.architecture) == (
        "slackware",
        "openssl",
        "1.0.1f-1_slack14.1",
        "x86_64",
    )


LOGS: dict[str, tuple[str, list[tuple[int, str, str, str | None, str | None]]]] = {
    "dpkg.log": (
        (
        "2014-04-08 06:12:43 startup archives unpack\n"
        "2014-04-08 06:12:44 upgrade libssl1.0.0:amd64 1.0.1e-2+deb7u4 1.0.1e-2+deb7u5\n"
        "2014-04-08 06:12:45 status installed libssl1.0.0:amd64 1.0.1e-2+deb7u5\n"
        "2014-04-08 06:12:46 install openssl:amd64 <none> 1.0.1e-2\n"
        "2014-04-08 06:12:47 remove libssl0.9.8:amd64 0.9.8o-4 <none>\n"
        "2014-04-08 06:12:48 install nginx:amd64 <none> 1.2\n"
        ),
        [
            (2, "upgrade", "libssl1.0.0", "1.0.1e-2+deb7u4", "1.0.1e-2+deb7u5"),
            (4, "install", "openssl", None, "1.0.1e-2"),
            (5, "remove", "libssl0.9.8", "0.9.8o-4", None),
        ],
    ),
    "yum.log": (
        (
        "Apr 08 06:12:44 Updated: openssl-1.0.1e-16.el6_5.7.x86_64\n"
        "Apr 08 06:12:45 Installed: 1:openssl-devel-1.0.1e-37.66.amzn1.i686\n"
        "Apr 09 06:12:45 Erased: openssl098e\n"
        "Apr 09 06:12:46 Updated: bash-4.1-1.x86_64\n"
        ),
        [
            (1, "updated", "openssl", None, "1.0.1e-16.el6_5.7"),
            (2, "installed", "openssl-devel", None, "1:1.0.1e-37.66.amzn1"),
            (3, "erased", "openssl098e", None, None),
        ],
    ),
    "dnf.rpm.log": (
        (
        "2020-06-01T12:00:00Z SUBDEBUG Upgrade: openssl-libs-1:1.1.1g-15.el8.x86_64\n"
        "2020-06-01T12:00:01+0200 SUBDEBUG Upgraded: openssl-libs-1:1.1.1c-15.el8.x86_64\n"
        ),
        [
            (1, "upgrade", "openssl-libs", None, "1:1.1.1g-15.el8"),
            (2, "upgraded", "openssl-libs", "1:1.1.1c-15.el8", None),
        ],
    ),
    "zypp/history": (
        (
        "# 2014-04-09 10:00:00 libopenssl1_0_0 installed ok\n"
        "2014-04-09 10:00:01|install|libopenssl1_0_0|1.0.1e-11.32.1|x86_64||repo|0a|\n"
        "2014-04-09 10:00:02|remove |openssl|1.0.1e-1.1|x86_64|root@x|\n"
        ),
        [
            (2, "install", "libopenssl1_0_0", None, "1.0.1e-11.32.1"),
            (3, "remove", "openssl", "1.0.1e-1.1", None),
        ],
    ),
    "pacman.log": (
        (
        "[2014-04-08 09:00] [PACMAN] upgraded openssl (1.0.1.f-2 -> 1.0.1.g-1)\n"
        "[2019-10-01T10:00:00+0200] [ALPM] removed openssl-1.0 (1.0.2.t-1)\n"
        "[2019-10-01T10:00:01+0200] [ALPM] installed lib32-openssl (1:1.1.1.d-1)\n"
        ),
        [
            (1, "upgraded", "openssl", "1.0.1.f-2", "1.0.1.g-1"),
            (2, "removed", "openssl-1.0", "1.0.2.t-1", None),
            (3, "installed", "lib32-openssl", None, "1:1.1.1.d-1"),
        ],
    ),
    "emerge.log": (
        (
        "1396900000:  === (1 of 1) Merging (dev-libs/openssl-1.0.1g::/x)\n"
        "1396900001:  >>> unmerge success: dev-libs/openssl-1.0.1f\n"
        "1396900002:  ::: completed emerge (1 of 1) dev-libs/openssl-1.0.1g to /\n"
        ),
        [
            (2, "removed", "dev-libs/openssl", "1.0.1f", None),
            (3, "installed", "dev-libs/openssl", None, "1.0.1g"),
        ],
    ),
}  # fmt: skip
TIMES = {
    "dpkg.log": ("2014-04-08 06:12:43", "2014-04-08 06:12:48"),
    "yum.log": ("Apr 08 06:12:44", "Apr 09 06:12:46"),
    "dnf.rpm.log": ("2020-06-01T12:00:00Z", "2020-06-01T12:00:01+0200"),
    "zypp/history": ("2014-04-09 10:00:01", "2014-04-09 10:00:02"),
    "pacman.log": ("2014-04-08 09:00", "2019-10-01T10:00:01+0200"),
    "emerge.log": ("1396900000", "1396900002"),
}


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
@pytest.mark.parametrize("name", LOGS)
def test_a_log_tells_which_openssl_came_and_went(name: str, awk: str, tmp_path: Path) -> None:
    text, events = LOGS[name]
    written(tmp_path, {f"tree/var/log/{name}": text, "bin/x": ""})
    (tmp_path / "bin/awk").symlink_to(needs(awk, awk))
    found = collect(
        "--root", tmp_path / "tree", "--only", "package-events", path=f"{tmp_path}/bin:{os.environ['PATH']}"
    )
    told = [(each.line, each.action, each.name, each.from_, each.to) for each in found.of(PackageEvent)]
    assert told == events
    (log,) = found.of(PackageLog)
    assert (log.path, log.first, log.last) == (f"/var/log/{name}", *TIMES[name])
    assert log.lines == len(text.splitlines())
    assert log.modified == int((tmp_path / f"tree/var/log/{name}").stat().st_mtime) * 1_000_000


def test_old_logs_are_read_compressed_as_they_are(tmp_path: Path) -> None:
    text, events = LOGS["dpkg.log"]
    written(tmp_path, {"var/log/dpkg.log.2.gz": gzip.compress(text.encode()), "var/log/dpkg.log": ""})
    found = told(tmp_path, "package-events")
    assert [each.line for each in found.of(PackageEvent)] == [each[0] for each in events]
    assert {(each.path, each.first) for each in found.of(PackageLog)} == {
        ("/var/log/dpkg.log", None),
        ("/var/log/dpkg.log.2.gz", "2014-04-08 06:12:43"),
    }

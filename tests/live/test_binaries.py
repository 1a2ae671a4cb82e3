"""What is found in real files: wheels, this system's libraries, what a real compiler and real packers make."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hemostat.binaries import Found, OpenSslCopy, Unseen, examine, read_image
from tests.detect.hosts.proving.libraries import FOLDERS
from tests.live.peers import needs, wheels
from tests.live.peers.openssl102q_library import Unobtainable

HEARTBEATS = "int tls1_process_heartbeat(void *s) { return s != 0; }\n"
LIBSSL = """
__attribute__((used)) const char version[] = "OpenSSL 1.0.1e 11 Feb 2013";
__attribute__((used)) const char part[] = "TLSv1 part of OpenSSL 1.0.1e 11 Feb 2013";
int ssl3_read_bytes(void *s) { return s == 0; }
int SSL_CTX_new(void *s) { return ssl3_read_bytes(s); }
int SSL_new(void *s) { return SSL_CTX_new(s); }
"""


def copies(path: Path) -> dict[tuple[str, ...], OpenSslCopy]:
    with path.open("rb") as file:
        found = list(examine(file, path.stat().st_size))
    assert not [one for one in found if isinstance(one, Unseen)]
    return {one.inside: one.copy for one in found if isinstance(one, Found)}


def wheel(name: str) -> Path:
    try:
        return wheels.fetch(wheels.WHEELS[name])
    except Unobtainable as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize("version", ["0.2.2", "0.3", "0.4"])
def test_cryptography_s_windows_wheels_carry_a_text_of_the_headers_alone(version: str) -> None:
    found = copies(wheel(f"cryptography {version}"))
    extensions = {way[-1]: copy for way, copy in found.items() if way[-1].endswith(".pyd")}
    assert len(extensions) == 1
    (extension,) = extensions.values()
    assert (extension.form, extension.version, extension.parts) == ("text-only", "1.0.1e", ())
    assert {"LIBEAY32.dll", "SSLEAY32.dll"} <= set(extension.needed)
    assert {(copy.heartbeats, copy.why) for copy in found.values()} == {("absent", "no-code")}


def test_psycopg2_carries_0_9_8e() -> None:
    found = copies(wheel("psycopg2 2.7"))
    said = {(copy.parts, copy.form, copy.version, copy.heartbeats, copy.why) for copy in found.values()}
    assert said == {
        (("libssl",), "shared", "0.9.8e", "absent", "no-symbol"),
        (("libcrypto",), "shared", "0.9.8e", "absent", "no-libssl"),
    }


def test_psycopg2_binary_carries_1_0_2q_with_heartbeats() -> None:
    found = copies(wheel("psycopg2-binary 2.7.7"))
    said = {(copy.parts, copy.form, copy.version, copy.heartbeats) for copy in found.values()}
    assert said == {
        (("libssl",), "shared", "1.0.2q", "present"),
        (("libcrypto",), "shared", "1.0.2q", "absent"),
    }


@pytest.mark.parametrize(
    ("name", "family", "part"),
    [
        ("libssl.so.3", "openssl", ("libssl",)),
        ("libcrypto.so.3", "openssl", ("libcrypto",)),
        ("libssl.a", "openssl", ("libssl",)),
        ("libgnutls.so.30", "gnutls", ()),
        ("libnss3.so", "nss", ()),
    ],
)
def test_this_system_s_libraries(name: str, family: str, part: tuple[str, ...]) -> None:
    path = next((folder / name for folder in FOLDERS if (folder / name).is_file()), None)
    if path is None:
        pytest.skip(f"this system has no {name} (Debian packages libssl3, libssl-dev, gnutls-bin, libnss3)")
    (copy,) = copies(path).values()
    assert (copy.family, copy.parts, copy.heartbeats) == (family, part, "absent")
    if name.endswith(".so.3"):
        assert copy.form == "shared"
        assert copy.soname == name
        assert str(copy.symbol_version).startswith("OPENSSL_3.")


def compiled(folder: Path, source: str, *options: str) -> Path:
    compiler = needs.program("gcc", "gcc")
    (folder / "source.c").write_text(source)
    made = folder / "made"
    subprocess.run([compiler, *options, "-o", str(made), "source.c"], cwd=folder, check=True, timeout=60)
    return made


@pytest.mark.parametrize(
    ("source", "options", "form", "heartbeats", "why"),
    [
        (LIBSSL + HEARTBEATS, ["-shared", "-fPIC"], "shared", "present", "symbol"),
        (LIBSSL + HEARTBEATS, ["-shared", "-fPIC", "-s"], "shared", "present", "symbol"),
        # Its version had the flaw; it was built without heartbeats.
        (LIBSSL, ["-shared", "-fPIC"], "shared", "absent", "no-symbol"),
        (LIBSSL, ["-shared", "-fPIC", "-s"], "shared", "absent", "no-symbol"),
        (LIBSSL + HEARTBEATS + "int main(void) { return 0; }", [], "static", "present", "symbol"),
        (LIBSSL + HEARTBEATS + "int main(void) { return 0; }", ["-s"], "static", "unknown", "stripped"),
        (LIBSSL + "int main(void) { return 0; }", [], "static", "absent", "no-symbol"),
        (
            'const char *v = "OpenSSL 1.0.1e 11 Feb 2013"; int main(void) { return 0; }',
            [],
            "text-only",
            "absent",
            "no-code",
        ),
    ],
)
def test_what_a_real_compiler_makes(
    tmp_path: Path, source: str, options: list[str], form: str, heartbeats: str, why: str
) -> None:
    (copy,) = copies(compiled(tmp_path, source, *options)).values()
    assert copy.version == "1.0.1e"
    assert (copy.form, copy.heartbeats, copy.why) == (form, heartbeats, why)


def test_a_program_that_is_optimised_as_a_whole_is_never_called_free_of_them(tmp_path: Path) -> None:
    """GCC merges tls1_process_heartbeat into its only caller; its name is nowhere."""
    (tmp_path / "heartbeats.c").write_text(HEARTBEATS)
    main = """
    int tls1_process_heartbeat(void *s);
    __attribute__((used)) int ssl3_write_bytes(void *s) { return tls1_process_heartbeat(s); }
    int main(void) { return part[ssl3_read_bytes(0)] + version[0]; }
    """
    path = compiled(tmp_path, LIBSSL + main, "-O2", "-flto", "heartbeats.c")
    assert b"tls1_process_heartbeat" not in path.read_bytes()
    (copy,) = copies(path).values()
    assert (copy.form, copy.heartbeats, copy.why) == ("static", "unknown", "stripped")


def test_what_nm_and_readelf_say_of_this_system_s_libssl() -> None:
    """A witness that shares no line of code with the reader."""
    nm, readelf = needs.program("nm", "binutils"), needs.program("readelf", "binutils")
    path = next((folder / "libssl.so.3" for folder in FOLDERS if (folder / "libssl.so.3").is_file()), None)
    if path is None:
        pytest.skip("this system has no libssl.so.3 (Debian package libssl3)")
    lines = subprocess.run(
        [nm, "-D", "--defined-only", "--without-symbol-versions", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    names = {line.split()[-1] for line in lines}
    image = read_image(path.read_bytes(), names | {"tls1_process_heartbeat"})
    assert image.exported == names
    notes = subprocess.run([readelf, "-dnW", str(path)], capture_output=True, text=True, check=True).stdout
    assert f"Build ID: {image.build_id}" in notes
    assert [line.split("[")[1].rstrip("]") for line in notes.splitlines() if "(NEEDED)" in line] == list(
        image.needed
    )


@pytest.mark.parametrize("compression", ["gzip", "xz", "zstd", "none"])
def test_a_package_that_dpkg_builds(tmp_path: Path, compression: str) -> None:
    builder = needs.program("dpkg-deb", "dpkg")
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@lab.invalid>\nDescription: x\n"
    )
    (tree / "usr").mkdir()
    shutil.copy(compiled(tmp_path, LIBSSL + HEARTBEATS, "-shared", "-fPIC"), tree / "usr" / "libssl.so")
    package = tmp_path / "x.deb"
    subprocess.run(
        [builder, "--root-owner-group", f"-Z{compression}", "--build", str(tree), str(package)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    ((way, copy),) = copies(package).items()
    assert way[0].startswith("data.tar")
    assert way[1:] == ("./usr/libssl.so",)
    assert copy.heartbeats == "present"


def a_library(folder: Path) -> Path:
    return compiled(folder, LIBSSL + HEARTBEATS, "-shared", "-fPIC").rename(folder / "libssl.so")


@pytest.mark.parametrize("compress", [["-z"], []])
def test_a_cabinet_that_gcab_makes(tmp_path: Path, compress: list[str]) -> None:
    library = a_library(tmp_path)
    (tmp_path / "filler.txt").write_text("".join(f"{number} bottles of beer\n" for number in range(20_000)))
    cabinet = tmp_path / "made.cab"
    files = ["filler.txt", library.name]
    subprocess.run(
        [needs.program("gcab", "gcab"), "-c", *compress, cabinet, *files],
        cwd=tmp_path,
        check=True,
        timeout=60,
    )
    ((way, copy),) = copies(cabinet).items()
    assert (way, copy.heartbeats) == (("libssl.so",), "present")


WIX = """<?xml version="1.0"?><Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="*" UpgradeCode="12345678-1234-1234-1234-111111111111" Name="x" Version="1.0"
  Manufacturer="x" Language="1033">
<Package InstallerVersion="200" Compressed="yes"/><Media Id="1" Cabinet="product.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Component Id="C" Guid="12345678-1234-1234-1234-222222222222">
<File Id="F" Source="libssl.so"/></Component></Directory><Feature Id="D" Level="1"><ComponentRef Id="C"/></Feature>
</Product></Wix>"""


def test_an_installer_that_wixl_makes(tmp_path: Path) -> None:
    a_library(tmp_path)
    (tmp_path / "x.wxs").write_text(WIX)
    installer = tmp_path / "x.msi"
    subprocess.run(
        [needs.program("wixl", "wixl"), "-o", installer, "x.wxs"], cwd=tmp_path, check=True, timeout=60
    )
    ((way, copy),) = copies(installer).items()
    assert (way, copy.heartbeats) == (("product.cab", "F"), "present")

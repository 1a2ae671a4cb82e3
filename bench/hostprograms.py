"""The programs that look at a host from inside, beside which `inspect` is measured: how each is called, what it says.

needrestart looks at processes and knows no CVE; cve-bin-tool looks into files. Each only looks, and at the one thing
that it is compared in.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bench.processes import run
from bench.programs import installed, version_of
from bench.results import Missing
from bench.tree import Place, place_of

__all__ = ["CveBinTool", "Needrestart", "places_reported"]

_SEED_DATABASE: Final = """
from pathlib import Path
from cve_bin_tool.cvedb import CVEDB, DISK_LOCATION_DEFAULT
from cve_bin_tool.version_signature import VersionSignatureDb

Path(DISK_LOCATION_DEFAULT).mkdir(parents=True)
database = CVEDB(sources=[])
database.init_database()
cursor = database.db_open_and_get_cursor()
cursor.execute(
    "INSERT INTO cve_severity (cve_number, severity, description, score, cvss_version, cvss_vector, data_source,"
    " last_modified) VALUES ('CVE-2014-0160', 'HIGH', '', 7.5, 3, '', 'NVD', '2014-04-07')"
)
cursor.execute(
    "INSERT INTO cve_range (cve_number, vendor, product, version, versionStartIncluding, versionStartExcluding,"
    " versionEndIncluding, versionEndExcluding, data_source)"
    " VALUES ('CVE-2014-0160', 'openssl', 'openssl', '*', '0', '', '99', '', 'NVD')"
)
database.connection.commit()
database.db_close()
versions = VersionSignatureDb("sqlite", lambda: [], 30)
with versions:
    versions.get_mapping_data()
"""
"""Its database, which it would fetch: one CVE that every version of OpenSSL has, since it reports nothing else."""


class Needrestart:
    """needrestart as it is here. Raises Missing."""

    def __init__(self) -> None:
        program = installed("needrestart")
        if os.geteuid():
            raise Missing(
                "needrestart looks at all processes as root alone, and so does hemostat: start it as root"
            )
        self.command: Final = [program, "-b", "-l", "-r", "l"]
        """In its batch mode, libraries alone, listing alone."""
        self.name: Final = f"needrestart {version_of(program)}, libraries alone"


class CveBinTool:
    """cve-bin-tool out of the benches' environment, offline, its own database in `folder`. Raises Missing."""

    def __init__(self, folder: Path) -> None:
        python = os.environ.get("HEMOSTAT_BENCH_PYTHON")
        if python is None:
            raise Missing("cve-bin-tool lies in an environment that bench/run makes: start it by that")
        self._python = python
        self.environ: Final = {"HOME": str(folder)}
        version = run(
            [python, "-I", "-c", "from importlib.metadata import version as v; print(v('cve-bin-tool'))"]
        )
        self.name: Final = f"cve-bin-tool {version.said.strip()}, its openssl checker alone"
        seeded = run([python, "-I", "-c", _SEED_DATABASE], self.environ)
        if seeded.status:
            raise Missing(f"cve-bin-tool can't be used without the net: {seeded.said.strip()[-500:]}")

    def command(self, tree: Path, report: Path) -> list[str]:
        """`report`: where it writes what it found; no file may be there."""
        only = ["--offline", "--runs", "openssl", "--extract", "--format", "json", "--log", "error"]
        return [self._python, "-I", "-m", "cve_bin_tool.cli", *only, "--output-file", str(report), str(tree)]


def places_reported(report: Iterable[dict[str, Any]], tree: Path) -> frozenset[Place]:
    """Where cve-bin-tool found OpenSSL: `PATH`, or `ARCHIVE contains /MEMBER`, archives in archives in turn."""
    found = set[Place]()
    for entry in report:
        if entry["product"] != "openssl":
            continue
        for way in entry["paths"].split(", "):
            path, *inside = way.split(" contains ")
            found.add(place_of(os.path.relpath(path, tree), inside))
    return frozenset(found)

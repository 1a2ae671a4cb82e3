"""What hemostat and others say of a host is read into the same places, so that they can be compared."""

import json
from pathlib import Path

from bench.hostprograms import places_reported
from bench.inspect import places_found, processes_told
from bench.tree import Place

TREE = Path("/srv/tree")


def line(**keys: object) -> str:
    return json.dumps(keys)


def copy(path: str, *inside: str, form: str | None = "shared") -> str:
    return line(kind="copy", path=path, inside=inside, form=form)


def process(pid: int, *mapped: str) -> str:
    return line(kind="process", pid=pid, evidence={"facts": {"mapped": [{"path": path} for path in mapped]}})


def test_copies_are_code_in_files_and_archives() -> None:
    output = "\n".join(
        (
            copy("/srv/tree/lib/libssl.so"),
            copy("/srv/tree/a.deb", "data.tar.xz", "./usr/lib/libssl.so", form="static"),
            copy("/srv/tree/opensslv.h", form="text-only"),
            copy("/srv/tree/locked", form=None),
            process(7, "/srv/tree/lib/libssl.so"),
        )
    )
    assert places_found(output, TREE) == {Place("lib/libssl.so", ""), Place("a.deb", "usr/lib/libssl.so")}


def test_processes_are_those_with_openssl_in_memory() -> None:
    output = "\n".join((copy("/lib/libssl.so"), process(7, "/lib/libssl.so"), process(8)))
    assert processes_told(output) == {7}


def test_what_cve_bin_tool_reports_is_read_into_the_same_places() -> None:
    report = [
        {
            "product": "openssl",
            "paths": "/srv/tree/lib/libssl.so, /srv/tree/a.deb contains /data.tar.xz contains /usr/lib/libssl.so",
        },
        {"product": "openssl", "paths": "/srv/tree/a.deb contains /usr/lib/libssl.so"},
        {"product": "zlib", "paths": "/srv/tree/lib/libz.so"},
    ]
    assert places_reported(report, TREE) == {
        Place("lib/libssl.so", ""),
        Place("a.deb", "usr/lib/libssl.so"),
    }

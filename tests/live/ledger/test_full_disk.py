"""A disk that is really full: a small file system in memory, seen by one child alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.children import ROOT
from tests.live.peers import needs

FILLS = """
import json, sys
from itertools import count
from hemostat.ledger import LedgerError, open_ledger
from tests.ledger.runs import run
path = sys.argv[1] + "/ledger.sqlite"
said = {}
with open_ledger(path) as ledger:
    try:
        for number in count():
            ledger.append(run(number, range(20)))
    except LedgerError as error:
        said["code"] = error.code
    said["appended"] = number
    said["then"] = ledger.verify().whole
    said["found"] = ledger.subjects("www1.example")
with open_ledger(path) as ledger:
    found = ledger.verify()
    said["later"] = found.whole
    said["holds"] = found.holds
print(json.dumps(said))
"""


def test_what_was_kept_before_the_disk_was_full_is_there(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("file systems are mounted as root, and this run is not root")
    unshare = needs.program("unshare", "util-linux")
    done = subprocess.run(
        [
            *(
                unshare,
                "--mount",
                "sh",
                "-c",
                'mount -t tmpfs -o size=2m none "$1" && exec "$2" -c "$3" "$1"',
                "sh",
            ),
            *(tmp_path, sys.executable, FILLS),
        ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["code"] == "disk-full"
    assert said["appended"] > 5
    assert said["then"] == said["later"] == said["appended"]
    assert said["found"] == ["tcp:8.0.0.1:443"]
    assert said["holds"]

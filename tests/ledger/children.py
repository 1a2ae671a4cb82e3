"""Other processes that use a ledger, and other users: what one process alone can't show."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["NOBODY", "ROOT", "as_nobody", "child"]

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def child(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Starts Python on `code`, with hemostat and the tests to import."""
    return subprocess.Popen(
        [sys.executable, "-B", "-c", code, *map(str, arguments)],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def as_nobody(code: str, *arguments: object) -> str:
    """What `code` prints when it is run by a user who is not root. Raises AssertionError where it fails.

    Root may read and write everything, so what others may not has to be tried as one of them. The child gives up its
    rights after it has imported what the code needs: the checkout itself may be closed to others.
    """
    if os.geteuid() == 0:
        code = (
            "import os, hemostat.ledger, tests.ledger.runs; hemostat.ledger.default_path()\n"
            f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n{code}"
        )
    started = child(code, *arguments)
    printed, said = started.communicate(timeout=60)
    if started.returncode != 0:
        raise AssertionError(said)
    return printed

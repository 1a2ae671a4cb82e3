"""The machine that a figure was measured on: a figure without it says nothing."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["measured_on"]


def measured_on(started: datetime, seconds: float, load: float) -> str:
    """When, how long and on what: for the head of a section. `load`: the load average as the bench began."""
    day = started.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    cores = os.cpu_count() or 1
    return (
        f"Measured {day}, in {seconds:.0f} s, on {cores} {'core' if cores == 1 else 'cores'} of {_processor()}, "
        f"{platform.system()} {platform.release()}, {platform.python_implementation()} {platform.python_version()}; "
        f"load average {load:.2f} as it began."
    )


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    found = (
        re.search(r"^model name\s*:\s*(.+)$", cpus.read_text(), flags=re.MULTILINE) if cpus.exists() else None
    )
    return found[1].strip() if found else platform.machine()

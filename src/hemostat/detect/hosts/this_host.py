"""What this host says of itself, as facts of the kind `host`."""

import getpass
import os
import platform
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from hemostat.evidence import write_time

__all__ = ["host_facts"]

_BOOT_ID: Final = "/proc/sys/kernel/random/boot_id"
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+#()-]{0,63}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}", re.ASCII)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_RELEASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+~-]{0,63}", re.ASCII)


def host_facts() -> dict[str, Any]:
    """Facts of a look from here, at which everything could be read."""
    kernel = os.uname()
    os_release: dict[str, str] = {}
    with suppress(OSError):
        os_release = platform.freedesktop_os_release()
    title = os_release.get("PRETTY_NAME", "")
    return {
        "name": _matched(_NAME, kernel.nodename),
        "kernel": _matched(_WORD, kernel.sysname),
        "kernel_release": _matched(_WORD, kernel.release),
        "machine": _matched(_WORD, kernel.machine),
        "distribution": _matched(_ID, os_release.get("ID", "")),
        "release": _matched(_RELEASE, os_release.get("VERSION_ID", "")),
        "title": title[:256] if title.isprintable() and title.strip() else None,
        "boot": {"id": _boot_id(), "at": _booted_at()},
        "look": {"how": "here", "user": _user(), "root": os.geteuid() == 0},
        "logs": [],
        "unread": [],
        "unread_count": 0,
    }


def _matched(form: re.Pattern[str], text: str) -> str | None:
    return text if form.fullmatch(text) else None


def _boot_id() -> str | None:
    with suppress(OSError, UnicodeDecodeError), open(_BOOT_ID, encoding="ascii") as file:
        found = file.read(64).strip().replace("-", "")
        return found if re.fullmatch(r"[0-9a-f]{32}", found) else None
    return None


def _booted_at() -> str | None:
    with suppress(OSError, AttributeError, OverflowError):
        since = time.clock_gettime(time.CLOCK_BOOTTIME)
        return write_time(datetime.fromtimestamp(time.time() - since, UTC))
    return None


def _user() -> str | None:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"
    return name[:256] if name.isprintable() and name.strip() else None

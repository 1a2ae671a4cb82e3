"""What a control group's path says of a process: its unit of systemd, its container."""

import re
from typing import Final

__all__ = ["container_of", "unit_of"]

_ESCAPED: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_UNIT: Final = re.compile(r"[^/]+\.(?:service|scope|socket|mount|swap)")
_CONTAINER: Final = re.compile(r"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")


def unit_of(cgroup: str | None) -> str | None:
    r"""The unit that the process belongs to, `nginx.service`, with systemd's escapes (`\x2d`) taken out; None without.

    The deepest service: of a user's own manager, the service in it. A session's or container's scope is none that can
    be restarted, and counts where there is no service.
    """
    parts = [part for part in (cgroup or "").split("/") if _UNIT.fullmatch(part)]
    services = [part for part in parts if part.endswith(".service")]
    found = (services or parts)[-1:]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), found[0]) if found else None


def container_of(cgroup: str | None) -> str | None:
    """The 64 hex digits that an engine (Docker, Podman, containerd, CRI-O) drew for the container; None without.

    The deepest, where one runs in another. LXC's and nspawn's containers have names in place of such an id.
    """
    found = _CONTAINER.findall(cgroup or "")
    return found[-1] if found else None

"""One installed package, as its manager knows it. The facts are enough to judge it by: its system stands with it.

- `distribution`, `release`: as in `host`
- `manager`: who installed it; `base` where it is no package but a part of the system itself (FreeBSD's OpenSSL)
- `name`; `source`: the name of the package that it was built from, null where the manager does not say
- `version`: whole, as the manager writes it, with epoch and revision; `architecture`
- `installed_at`: when this version came, null where the manager does not keep it
- `flags`: what it was built with and without, as far as the manager knows (Gentoo's USE: `+tls-heartbeat`,
  `-tls-heartbeat`)
- `changelog`: null where none was read; else `earliest` and `latest`, the days of its oldest and newest entry (null
  where no date was found), the `cves` that it names anywhere, sorted, and `line`: the newest of its lines that names
  CVE-2014-0160, null where none does
"""

from typing import Any

from hemostat.evidence.kind import Kind
from hemostat.evidence.kinds.host import distribution, release
from hemostat.evidence.shape import Mismatch, Shape, fields, optional, pattern, prose, sequence, time, word

__all__ = ["KIND", "architecture", "manager", "name", "version"]

manager: Shape = word("dpkg", "rpm", "apk", "pacman", "pkg", "portage", "slackware", "base")
name: Shape = pattern(r"[A-Za-z0-9_+][A-Za-z0-9._+/@-]*", 256, "a package's name")
version: Shape = pattern(r"[A-Za-z0-9][A-Za-z0-9.:_+~^,-]*", 256, "a package's version")
architecture: Shape = pattern(r"[a-z0-9][A-Za-z0-9_:.-]*", 64, "an architecture")

_HEARTBLEED = "CVE-2014-0160"
_day = pattern(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", 10, "a day")

_SHAPE = fields(
    {
        "distribution": optional(distribution),
        "release": optional(release),
        "manager": manager,
        "name": name,
        "source": optional(name),
        "version": version,
        "architecture": optional(architecture),
        "installed_at": optional(time),
        "flags": sequence(pattern(r"[+-][A-Za-z0-9][A-Za-z0-9+_@-]*", 64, "a flag"), 256),
        "changelog": optional(
            fields(
                {
                    "earliest": optional(_day),
                    "latest": optional(_day),
                    "cves": sequence(pattern(r"CVE-[0-9]{4}-[0-9]{4,7}", 16, "a CVE's number"), 4096),
                    "line": optional(prose(1024)),
                }
            )
        ),
    }
)


def _check(facts: Any) -> None:
    _SHAPE(facts)
    log = facts["changelog"]
    if log is None:
        return
    if (log["earliest"] is None) != (log["latest"] is None) or (log["latest"] or "") < (
        log["earliest"] or ""
    ):
        raise Mismatch("not two days in their order, nor two nulls", ".changelog.latest")
    if log["cves"] != sorted(set(log["cves"])):
        raise Mismatch("not sorted, or one of them twice", ".changelog.cves")
    if (log["line"] is not None) != (_HEARTBLEED in log["cves"]) or _HEARTBLEED not in (
        log["line"] or _HEARTBLEED
    ):
        raise Mismatch(f"not the line that names {_HEARTBLEED}", ".changelog.line")


KIND = Kind(
    name="package",
    version=1,
    subjects=frozenset({"host", "container", "image"}),
    shape=_check,
    example={
        "distribution": "debian",
        "release": "7",
        "manager": "dpkg",
        "name": "libssl1.0.0",
        "source": "openssl",
        "version": "1.0.1e-2+deb7u5",
        "architecture": "amd64",
        "installed_at": "2014-04-08T06:12:44.000000Z",
        "flags": [],
        "changelog": {
            "earliest": "1998-12-23",
            "latest": "2014-04-07",
            "cves": ["CVE-2013-6450", "CVE-2014-0160"],
            "line": "Add CVE-2014-0160.patch",
        },
    },
)

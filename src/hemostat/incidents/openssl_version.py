"""OpenSSL's own version numbers, in their order.

Up to 1.1.1 a letter counts the fixes of a release: 1.0.1 < 1.0.1a < … < 1.0.1z < 1.0.1za; from 3.0.0 on numbers alone
(semantic versioning). Before each release come its pre-releases: 1.0.2-beta1 < 1.0.2, 1.1.1-pre9 < 1.1.1,
3.0.0-alpha17 < 3.0.0-beta1 < 3.0.0. The FIPS object module has numbers of its own (fips-1.1.1), which are not compared
with those. Source: OpenSSL's versioning policy, and its release notes.

univers was weighed: its order puts 1.1.1-pre9 after 1.1.1, and its `<=` puts 1.0.2 before 1.0.2-beta1.
"""

import re
from typing import Final, NamedTuple

__all__ = ["MAX_VERSION", "OpensslVersion", "read_version"]

MAX_VERSION: Final = 40
"""Characters of a version, at most."""

_FORM: Final = re.compile(
    r"(fips-)?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})([a-y]|z[a-z]?)?(?:-(alpha|beta|pre)([0-9]{1,3}))?",
    re.ASCII,
)
_BUILD_WORDS: Final = re.compile(r"(?:-fips|-freebsd|-chacha)+\Z")
"""What builders put behind upstream's number: the code is that of the number, with a patch or an option."""
_STAGES: Final = {"alpha": 0, "beta": 1, "pre": 1, None: 2}


class OpensslVersion(NamedTuple):
    """One version; compares as OpenSSL counts, within one `product` (`openssl`, or `fips` of the FIPS object
    module).
    """

    product: str
    major: int
    minor: int
    patch: int
    letters: str
    """`""`, `a` … `z`, `za` …: they sort as texts do."""
    stage: int
    """0 alpha, 1 beta or pre, 2 released."""
    number: int
    """Of the alpha or beta; 0 of a release."""

    @property
    def branch(self) -> str:
        """What gets fixes as one: `1.0.1`; from 3.0 on `3.0`."""
        return f"{self.major}.{self.minor}" + (f".{self.patch}" if self.major < 3 else "")

    @property
    def text(self) -> str:
        """As OpenSSL writes it; `read_version` of it is this version."""
        number = f"{self.major}.{self.minor}.{self.patch}{self.letters}"
        if self.product == "fips":
            number = f"fips-{number}"
        if self.released:
            return number
        beta = "pre" if self.product == "openssl" and (self.major, self.minor) == (1, 1) else "beta"
        return f"{number}-{beta if self.stage else 'alpha'}{self.number}"

    @property
    def released(self) -> bool:
        """Whether this is a release, not an alpha or beta of one."""
        return self.stage == 2


def read_version(text: str) -> OpensslVersion | None:
    """The version of a text such as `1.0.1e`, `1.0.1e-fips`, `OpenSSL 1.0.2-beta1` or `3.0.11`; None for any other
    text, also for development snapshots (`1.0.2-dev`), of which nobody can say what they hold.
    """
    if len(text) > MAX_VERSION:
        return None
    found = _FORM.fullmatch(_BUILD_WORDS.sub("", text.removeprefix("OpenSSL ")))
    if found is None:
        return None
    fips, major, minor, patch, letters, stage, number = found.groups()
    if letters and int(major) >= 3:
        return None
    return OpensslVersion(
        "fips" if fips else "openssl",
        int(major),
        int(minor),
        int(patch),
        letters or "",
        _STAGES[stage],
        int(number or 0),
    )

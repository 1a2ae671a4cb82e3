"""hemostat finds Heartbleed (CVE-2014-0160), and proves what it says.

    for answer in hemostat.check(["example.org", "dtls://192.0.2.7:5684"]):
        print(answer.target, answer.address, answer.verdict, answer.reason)

`check` has a twin for event loops, `check_async`. All else that hemostat can do is in `hemostat.api`. Names here
are loaded when they are first used: `import hemostat` costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hemostat.api import (
        Answer,
        CheckOptions,
        Finding,
        InspectOptions,
        ProcessFinding,
        check,
        check_async,
        inspect_files,
        inspect_host,
    )
    from hemostat.errors import HemostatError

__all__ = [
    "Answer",
    "CheckOptions",
    "Finding",
    "HemostatError",
    "InspectOptions",
    "ProcessFinding",
    "__version__",
    "check",
    "check_async",
    "inspect_files",
    "inspect_host",
]

__version__ = "0.1.0"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name == "HemostatError":
        from hemostat.errors import HemostatError

        return HemostatError
    if name in __all__:
        from hemostat import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

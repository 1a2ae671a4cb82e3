"""What hemostat can do: one typed function a command; `check` asynchronous too. The command line, and your Python,
call these.
"""

from hemostat.api.checks import CheckOptions, Given, check, check_async
from hemostat.api.identity import Identity, identify
from hemostat.api.ledgers import (
    default_ledger,
    export_ledger,
    import_ledger,
    merge_ledgers,
    seal_ledger,
    verify_ledger,
)
from hemostat.api.reasons import NothingKnown, why
from hemostat.api.reference import incident, incidents, open_lab
from hemostat.report import Answer

__all__ = [
    "Answer",
    "CheckOptions",
    "Given",
    "Identity",
    "NothingKnown",
    "check",
    "check_async",
    "default_ledger",
    "export_ledger",
    "identify",
    "import_ledger",
    "incident",
    "incidents",
    "merge_ledgers",
    "open_lab",
    "seal_ledger",
    "verify_ledger",
    "why",
]

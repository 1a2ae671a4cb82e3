"""The ledger: observations and blobs, kept in a file of SQLite or in PostgreSQL, appended to and never changed.

Reading order: `errors` → `location` → `rows` → `store` → `ddl`, `sqlite` (with `model`, `migrate`, `postgresql`, which
need SQLAlchemy and are imported when a ledger needs them) → `appending` → `index`, `certificate_table` (both derived) →
`seals` (with `named`) → `verification` → `merging` → `transfer` → `ledger`. Everything here raises `LedgerError` and
nothing else.
"""

from hemostat.ledger.appending import MAX_BLOB
from hemostat.ledger.certificate_table import KnownCertificate
from hemostat.ledger.errors import CODES, LedgerError
from hemostat.ledger.ledger import Ledger, RunState, exported, open_ledger
from hemostat.ledger.location import default_path
from hemostat.ledger.merging import Merged
from hemostat.ledger.named import Named
from hemostat.ledger.seals import SealCheck
from hemostat.ledger.verification import Verification

__all__ = [
    "CODES",
    "MAX_BLOB",
    "KnownCertificate",
    "Ledger",
    "LedgerError",
    "Merged",
    "Named",
    "RunState",
    "SealCheck",
    "Verification",
    "default_path",
    "exported",
    "open_ledger",
]

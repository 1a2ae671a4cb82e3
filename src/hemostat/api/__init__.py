"""What hemostat can do: one typed function a command; `check` asynchronous too. The command line, and your Python,
call these.
"""

from hemostat.api.checks import CheckOptions, Given, check, check_async
from hemostat.api.control_keys import control_key
from hemostat.api.cve_facts import (
    CvesOfVersion,
    CveUpdate,
    UnknownVersion,
    cves_of_openssl,
    default_facts,
    update_cves,
)
from hemostat.api.identity import Identity, identify
from hemostat.api.inspection import (
    InspectOptions,
    collector,
    inspect_files,
    inspect_host,
    inspect_over_ssh,
    inspect_snapshot,
)
from hemostat.api.ledgers import (
    default_ledger,
    export_ledger,
    import_ledger,
    merge_ledgers,
    seal_ledger,
    verify_ledger,
)
from hemostat.api.notes import NotKeptError
from hemostat.api.reasons import NothingKnown, why
from hemostat.api.reference import incident, incidents, open_lab
from hemostat.api.targets import UnknownDialect, read_target, schemes
from hemostat.dialects import dialects
from hemostat.layers import ControlKey
from hemostat.layers.proxies import Proxy, ProxyError, read_proxy
from hemostat.report import Answer
from hemostat.report.finding import Finding
from hemostat.report.process_finding import ProcessFinding

__all__ = [
    "Answer",
    "CheckOptions",
    "ControlKey",
    "CveUpdate",
    "CvesOfVersion",
    "Finding",
    "Given",
    "Identity",
    "InspectOptions",
    "NotKeptError",
    "NothingKnown",
    "ProcessFinding",
    "Proxy",
    "ProxyError",
    "UnknownDialect",
    "UnknownVersion",
    "check",
    "check_async",
    "collector",
    "control_key",
    "cves_of_openssl",
    "default_facts",
    "default_ledger",
    "dialects",
    "export_ledger",
    "identify",
    "import_ledger",
    "incident",
    "incidents",
    "inspect_files",
    "inspect_host",
    "inspect_over_ssh",
    "inspect_snapshot",
    "merge_ledgers",
    "open_lab",
    "read_proxy",
    "read_target",
    "schemes",
    "seal_ledger",
    "update_cves",
    "verify_ledger",
    "why",
]

"""What is known of an incident: versions, packages, what it exposes, what must be renewed, and where that is
known from.

One file an incident, in `known`. Every CVE of OpenSSL, by upstream's version: `openssl_cves`; read from records
of others: `cve_records`.
"""

from hemostat.incidents.cve import RecordError
from hemostat.incidents.incident import Incident
from hemostat.incidents.registry import UnknownIncident, all_incidents, get
from hemostat.incidents.render import as_json, as_markdown, as_text

__all__ = [
    "Incident",
    "RecordError",
    "UnknownIncident",
    "all_incidents",
    "as_json",
    "as_markdown",
    "as_text",
    "get",
]

"""The root of every error that hemostat raises on purpose.

    HemostatError
    ├── api.NothingKnown               the ledger holds nothing about what was asked
    ├── api.NotKeptError               something that was found out could not be written into the ledger
    ├── api.UnknownVersion             what the user wrote is no version of OpenSSL's
    ├── wire.WireError                 the peer's bytes are not what the protocol allows
    ├── layers.ControlKeyError         what is given as a key of OpenVPN's control channel is none
    ├── exchange.ExchangeError         a driver broke the order of events (a fault of ours, never of a peer)
    ├── targets.TargetError            what the user wrote is not a target
    ├── layers.ProxyError              what the user wrote is not a proxy
    ├── certificates.CertificateError  not even a key can be found in what should be a certificate
    ├── snapshots.CollectError         a host could not be asked for a snapshot
    ├── snapshots.SnapshotError        what a host printed of itself is cut, garbled or no snapshot
    ├── binaries.BinaryError           what should be code or an archive cannot be read
    ├── evidence.EvidenceError         an observation is malformed, or its digest does not hold
    ├── ledger.LedgerError             the ledger can't be opened, is another schema, or is damaged
    ├── lab.LabError                   a recording is malformed, or a lab endpoint can't be opened
    ├── incidents.UnknownIncident      no incident of that name
    └── incidents.RecordError          what should hold facts of CVEs does not

A caller that catches `HemostatError` catches all of them and nothing else.
"""

__all__ = ["HemostatError"]


class HemostatError(Exception):
    """Base of the tree above. Raised itself by nothing."""

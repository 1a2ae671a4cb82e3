"""Real peers for the live tests: one file a program, plus what they share.

| file | what it is |
|---|---|
| `openssl102q.py` | the real OpenSSL 1.0.2q with heartbeats: TLS and DTLS servers of several kinds, and a client |
| `nginx.py`, `gnutls.py`, `coturn.py`, `sshd.py`, `plain_http.py` | Debian's programs (and Python's HTTP server), each with its own configuration |
| `lab.py` | hemostat's own lab endpoints, as a program of their own (so that they can run in a namespace) |
| `link.py`, `relay.py` | a link with delay and loss between two network namespaces |
| `processes.py`, `namespaces.py`, `certificates.py`, `needs.py` | how a peer is started and stopped, where it lives, what it shows, what it takes |

Each peer is a context manager: its process runs while the `with` block does, and is reaped at its end. Its
output goes to a log file below the folder it is given.
"""

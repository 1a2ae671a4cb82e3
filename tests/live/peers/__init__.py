"""Real peers for the live tests: one file a program, plus what they share.

| file | what it is |
|---|---|
| `openssl102q.py` | the real OpenSSL 1.0.2q with heartbeats: TLS and DTLS servers of several kinds, and a client |
| `nginx.py`, `gnutls.py`, `coturn.py`, `sshd.py` | Debian's programs, each with its own configuration |
| `plain_http.py` | Python's own HTTP server |
| `lab.py` | hemostat's own lab endpoints, as a program of their own (so that they can run in a namespace) |
| `link.py`, `relay.py` | a link with delay and loss between two network namespaces |
| `processes.py`, `namespaces.py` | how a peer is started and stopped, and where it lives |
| `certificates.py`, `needs.py` | what it shows, and what it takes |

Each peer is a context manager: its process runs while the `with` block does, and is reaped at its end. Its
output goes to a log file below the folder it is given.
"""

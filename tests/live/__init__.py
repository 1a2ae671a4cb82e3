"""Tests against real servers and over a real (lossy) link, all of them on this machine.

Nothing here sends a packet to another machine: peers listen on loopback, or inside a network namespace that a
fixture makes and removes. `peers/` holds the peers; each can be started by hand too (its docstring says how).
"""

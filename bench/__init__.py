"""How fast hemostat is: one file a figure, run by `bench/run`, results in RESULTS.md.

A module of this folder that has a `BENCH` is a figure; the others are what the figures share.

| file | what it is |
|---|---|
| `exchange.py` | the core alone, fed from memory |
| `check.py` | `./hemostat check` as a whole process, beside nmap, sslyze and sslscan |
| `start.py` | what `./hemostat check --help` costs |
| `results.py`, `machine.py` | a section of RESULTS.md and who may write it, the machine it was measured on |
| `spread.py` | repetitions, and what is said of them |
| `memory.py`, `stages.py` | recorded peers played from memory, the exchange taken apart |
| `programs.py`, `processes.py` | the programs that are compared, a run of one of them |
"""

"""`./hemostat check` of one server, a whole process with its ledger, beside the programs that people use for it.

Real servers on loopback, those of the live tests. All programs take turns on the same server in the same run; what is
compared are ratios within a turn.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.processes import HEMOSTAT, Ran, run
from bench.programs import Program, others
from bench.results import Bench, Missing, Section
from bench.spread import Spread, ratios, spread
from tests.live.peers import link, needs, nginx, openssl102q, openssl102q_library

__all__ = ["BENCH", "round_trips"]

TURNS: Final = 3
LOOKS: Final = 2
"""How often each way of hemostat's runs after each other program in a turn."""
FRESH: Final = "`./hemostat check`, its ledger new"
KEPT: Final = "`./hemostat check`, a ledger that is there"
DELAY: Final = 50.0
"""Milliseconds each way, of the link."""


@dataclass
class Compared:
    """One server, and each program's runs on it: a list a turn."""

    port: int
    runs: dict[str, list[list[Ran]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    verdict: str = ""

    def wall(self, name: str) -> list[float]:
        """Seconds on the clock, the middle of each turn."""
        return [median(one.wall for one in turn) for turn in self.runs[name]]

    def all_of(self, name: str) -> list[Ran]:
        """Every run."""
        return [one for turn in self.runs[name] for one in turn]


def measure(section: Section) -> None:
    """Starts the servers, lets all programs take turns, counts the round trips."""
    programs = others()
    try:
        openssl102q_library.fetch()
    except openssl102q_library.Unobtainable as error:
        raise Missing(str(error)) from error
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as ends:
        folder = Path(scratch)
        patched = "OpenSSL 1.0.2q with heartbeats, TLS 1.0 to 1.2"
        servers = {
            patched: ends.enter_context(openssl102q.server(folder, "reads-on")).port,
            "the same, TLS 1.2 alone": ends.enter_context(
                openssl102q.server(folder, "reads-on", versions=("TLS1.2",))
            ).port,
            "nginx, TLS 1.2": ends.enter_context(nginx.server(folder / "nginx")).ports["tls12"],
        }
        compared = {name: _compare(programs, port, folder) for name, port in servers.items()}
        far = _over_a_link(folder)
    first = compared[patched]
    for program, least in zip(programs, (60.0, 15.0), strict=False):
        quicker = ratios(first.wall(program.name), first.wall(FRESH))
        section.goal(f"times faster than {program.name}", quicker.middle, _times, at_least=least)
    section.goal(
        "round trips of the exchange", round_trips(first.facts), lambda count: f"{count:.0f}", at_most=2
    )
    section.say(
        "Goals are for the first server. Wall and CPU are whole processes, user and system time together; "
        f"{TURNS} turns, in each of which hemostat runs {LOOKS * len(programs)} times in each way; the middle, and "
        "least to most. *Slower* is the other program's wall time over that of hemostat with a new ledger, turn by "
        "turn."
    )
    for name, one in compared.items():
        section.say(f"### {name}")
        section.table(
            ("program", "wall (s)", "CPU (s)", "slower", "what it says"), list(_rows(programs, one))
        )
    _say_round_trips(section, compared, far)


def round_trips(facts: dict[str, Any]) -> int:
    """How often, between connections made and the verdict, we waited for a round trip to go on: from the messages of a
    probe's facts, over all its connections. A nudge is sent when nothing came for a round trip or more.
    """
    count = 0
    for connection in facts["connections"]:
        directions = [message[0] for message in connection["messages"]]
        count += connection["nudges"] + sum(pair == (">", "<") for pair in itertools.pairwise(directions))
    return count


def _compare(programs: list[Program], port: int, folder: Path) -> Compared:
    compared = Compared(port, {name: [] for name in (FRESH, KEPT, *(program.name for program in programs))})
    look = [HEMOSTAT, "check", f"127.0.0.1:{port}"]
    kept = {"XDG_DATA_HOME": str(folder / f"ledger-{port}")}
    # On first use it makes its environment and says so on stderr, so that what follows finds it made.
    asked = subprocess.run([*look, "--json"], env={**os.environ, **kept}, stdout=subprocess.PIPE, check=True)
    answer = json.loads(asked.stdout)
    compared.facts = answer["evidence"]["facts"]
    compared.verdict = f"{answer['verdict']}: {answer['reason']}"
    for _ in range(TURNS):
        turn: dict[str, list[Ran]] = {name: [] for name in compared.runs}
        for program in programs:
            turn[program.name].append(run(program.command(port)))
            for _ in range(LOOKS):
                with tempfile.TemporaryDirectory(dir=folder) as fresh:
                    turn[FRESH].append(run(look, {"XDG_DATA_HOME": fresh}))
                turn[KEPT].append(run(look, kept))
        for name, runs in turn.items():
            compared.runs[name].append(runs)
    return compared


def _rows(programs: list[Program], one: Compared) -> Iterator[list[str]]:
    said = {program.name: program.answer(one.all_of(program.name)[-1]) for program in programs}
    for name in one.runs:
        runs = one.all_of(name)
        slower = "" if name in (FRESH, KEPT) else ratios(one.wall(name), one.wall(FRESH)).show(_times)
        yield [
            name,
            spread([run.wall for run in runs]).show(_seconds),
            spread([run.cpu for run in runs]).show(_seconds),
            slower,
            said.get(name, one.verdict),
        ]


def _over_a_link(folder: Path) -> Spread | None:
    """The exchange over a link with delay, from the connection made to the verdict, in round trips of that link; None
    where no link can be made.
    """
    if sys.platform != "linux" or os.geteuid() != 0 or not needs.TUN.exists():
        return None
    taken: list[float] = []
    with (
        link.lossy(folder, delay=DELAY, loss=0.0) as net,
        openssl102q.server(
            folder, "reads-on", host=net.server_address, namespace=net.server_namespace
        ) as peer,
    ):
        look = [HEMOSTAT, "check", "--json", "--no-ledger", f"{net.server_address}:{peer.port}"]
        for _ in range(2 * TURNS):
            [connection] = json.loads(net.run_in(net.client_namespace, look).stdout)["evidence"]["facts"][
                "connections"
            ]
            taken.append(connection["microseconds"] / connection["round_trip"] - 1)
    return spread(taken)


def _say_round_trips(section: Section, compared: dict[str, Compared], far: Spread | None) -> None:
    section.say("### Round trips")
    section.say(
        "Counted from the facts: how often, after a connection was there, the peer had to answer, or to be nudged, "
        "before hemostat could go on or conclude."
    )
    section.table(
        ("server", "round trips to the verdict", "connections"),
        [
            [name, str(round_trips(one.facts)), str(len(one.facts["connections"]))]
            for name, one in compared.items()
        ],
    )
    if far is None:
        section.say("Not measured on a link with delay: that takes root, network namespaces and TUN devices.")
    else:
        counted = round_trips(next(iter(compared.values())).facts)
        windows = (
            " What is beyond the count is TCP's: the question is larger than the ten segments that a new connection "
            "may have under way (RFC 6928), so its end waits for the first acknowledgement."
        )
        section.say(
            f"On a link of {2 * DELAY:.0f} ms there and back, MTU 1500, the first server's verdict was there "
            f"{far.show(lambda figure: f'{figure:.2f}')} times the link's round trip after the connection was."
            + (windows if far.middle > counted + 0.5 else "")
        )


def _times(figure: float) -> str:
    return f"{figure:.1f} ×"


def _seconds(figure: float) -> str:
    return f"{figure:.2f}"


BENCH: Final = Bench("./hemostat check beside nmap, sslyze and sslscan", measure)

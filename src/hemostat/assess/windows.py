"""When a service may have been exposed to Heartbleed: the time that is certain, and the time that is possible.

*Certain* is the time from one evidence of vulnerable code that answers TLS to another, with none of the contrary
between them: a probe, a process with that code in memory from its start on. *Possible* goes back from there to the last
evidence of the contrary before, or to the release of OpenSSL 1.0.1, and on to the first after. Where nothing is
certain, it takes a sign: heartbeats offered, a package log, a copy on the disk, a provider's word. What was merely
never affected has no window, and neither has a process that ran an older, safe library while a vulnerable one lay on
the disk.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from hemostat.assess.package_history import OnDisk, State
from hemostat.assess.rule import VerdictWord
from hemostat.incidents.known.heartbleed import INCIDENT

__all__ = [
    "RELEASED", "Evidence", "Restart", "Window", "from_boot", "from_disk", "from_probe", "from_process", "restart",
    "windows",
]  # fmt: skip

RELEASED: Final = datetime.fromisoformat(INCIDENT.released).replace(tzinfo=UTC)
"""OpenSSL 1.0.1 came out: no window is older."""

Restart = Literal["needed", "harmful", "not-needed", "unknown"]
"""`harmful`: the process runs a safe library, and one that has the flaw lies on the disk: upgrade first."""


class Evidence(NamedTuple):
    """What is known of a service from `since` to `until` (times that know their zone; equal for one moment).

    `vulnerable`: code with the flaw answered TLS, all that time. `safe`: none did, all that time. `sign`: it may have.
    `what`: in a few words, which evidence that is; `reference`: where it stands in the ledger.
    """

    says: Literal["vulnerable", "safe", "sign"]
    since: datetime
    until: datetime
    what: str
    reference: str | None = None


class Window(NamedTuple):
    """One time of exposure. `certain` is None where none is; `possible_until` is None while no evidence of the contrary
    came after. `because` are the evidences of the flaw and the signs, `before` and `after` those of the contrary that
    bound it.
    """

    certain: tuple[datetime, datetime] | None
    possible_since: datetime
    possible_until: datetime | None
    because: tuple[Evidence, ...]
    before: Evidence | None
    after: Evidence | None


# --- evidence ---------------------------------------------------------------------------------------------


def from_probe(
    word: VerdictWord, at: datetime, *, offers_heartbeats: bool, reference: str | None = None
) -> tuple[Evidence, ...]:
    """What a probe tells: its verdict, at that time, and whether the peer offered heartbeats.

    One that is patched today offers heartbeats, and so is a sign that it may have been vulnerable before.
    """
    found = []
    if word == "vulnerable":
        found.append(Evidence("vulnerable", at, at, "a probe proved it", reference))
    elif offers_heartbeats:
        found.append(Evidence("sign", at, at, "it offers heartbeats", reference))
    if word in ("patched", "not-affected"):
        found.append(Evidence("safe", at, at, f"a probe said {word}", reference))
    return tuple(found)


def from_process(
    mapped: State,
    started: datetime,
    seen: datetime,
    *,
    offers_heartbeats: bool = False,
    reference: str | None = None,
) -> tuple[Evidence, ...]:
    """What a process tells that was seen at one time and started at another: the OpenSSL in its memory was there from
    its start on. `mapped`: what that is, `absent` where it has none; `offers_heartbeats`: it is safe by the fix, which
    is a sign that the process before it may not have been.
    """
    if mapped == "unknown":
        return ()
    if mapped == "vulnerable":
        return (Evidence("vulnerable", started, seen, "a process had it in memory", reference),)
    what = "a process ran without OpenSSL" if mapped == "absent" else "a process ran a safe one"
    safe = Evidence("safe", started, seen, what, reference)
    if not offers_heartbeats:
        return (safe,)
    return Evidence("sign", started, started, "a process started with the fix", reference), safe


def from_disk(
    states: Sequence[OnDisk], *, now: datetime, reference: str | None = None
) -> tuple[Evidence, ...]:
    """What the history of the package tells of a service that uses it, up to the time `now`.

    A vulnerable version on the disk is a sign, for as long as it lay there. A safe one is evidence of the contrary only
    before the first that is not: later on, processes may have kept what they started with.
    """
    found: list[Evidence] = []
    clean = True
    for state in states:
        since, until = state.came_earliest or RELEASED, state.went_latest or now
        if state.state in ("safe", "absent"):
            if clean and state.went_earliest is not None and state.went_earliest >= RELEASED:
                what = f"{state.version or 'no OpenSSL'} lay on the disk, which is safe"
                found.append(
                    Evidence("safe", min(since, state.went_earliest), state.went_earliest, what, reference)
                )
            continue
        clean = False
        flaw = "has the flaw" if state.state == "vulnerable" else "may have the flaw"
        what = f"{state.version or 'a version that no log tells'} lay on the disk, which {flaw}"
        found.append(Evidence("sign", since, max(since, until), what, reference))
    return tuple(found)


def from_boot(
    states: Sequence[OnDisk], boot: datetime, *, reference: str | None = None
) -> tuple[Evidence, ...]:
    """What the start of the host tells of a service that uses that package: everything was loaded from the disk anew,
    so it was safe from then on if a safe version lay there then.
    """
    for state in states:
        came = state.came_latest is None or state.came_latest <= boot
        went = state.went_earliest is not None and state.went_earliest <= boot
        if came and not went and state.state in ("safe", "absent"):
            return (
                Evidence("safe", boot, boot, "the host started with a safe version on the disk", reference),
            )
    return ()


def restart(mapped: State, on_disk: State) -> Restart:
    """Whether a process has to be restarted: what it has in memory, and what lies on the disk now."""
    if mapped == "vulnerable":
        return "needed"
    if mapped == "unknown":
        return "unknown"
    if mapped == "safe" and on_disk == "vulnerable":
        return "harmful"
    return "not-needed"


# --- windows ----------------------------------------------------------------------------------------------


def windows(evidence: Iterable[Evidence]) -> tuple[Window, ...]:
    """The times of exposure of one service, oldest first.

    Evidence of the contrary counts for the service as a whole: of a process it may be given only where the service has
    no other. One that contradicts an evidence of the flaw at some time is not heard at all: the worse stands.
    """
    given = sorted(set(evidence), key=lambda one: (one.since, one.until, one.says))
    items = [one for one in given if one.says == "vulnerable"]
    safe = [
        one
        for one in given
        if one.says == "safe" and not any(one.since < flaw.until and flaw.since < one.until for flaw in items)
    ]
    for sign in given:
        if sign.says == "sign":
            items += _outside(sign, safe)
    groups: list[list[Evidence]] = []
    end = RELEASED
    for item in sorted(items, key=lambda one: (one.since, one.until)):
        if not groups or any(end <= one.since and one.until <= item.since for one in safe):
            groups.append([])
            end = item.until
        groups[-1].append(item)
        end = max(end, item.until)
    return tuple(_window(group, safe) for group in groups)


def _outside(sign: Evidence, safe: Sequence[Evidence]) -> list[Evidence]:
    """The sign without the times after the beginning of an evidence of the contrary and up to its end. At its very
    beginning it stays: that is where a window ends.
    """
    pieces = [(sign.since, sign.until)]
    for one in safe:
        before = [(since, min(until, one.since)) for since, until in pieces if since <= one.since]
        after = [(max(since, one.until), until) for since, until in pieces if until > one.until]
        pieces = before + after
    return [sign._replace(since=since, until=until) for since, until in dict.fromkeys(pieces)]


def _window(group: Sequence[Evidence], safe: Sequence[Evidence]) -> Window:
    since, until = min(one.since for one in group), max(one.until for one in group)
    # What begins where the group ends is the evidence after it, also where the group is but a moment.
    before = max(
        (one for one in safe if one.until <= since and one.since < until),
        key=lambda one: one.until,
        default=None,
    )
    after = min((one for one in safe if one.since >= until), key=lambda one: one.since, default=None)
    proved = [one for one in group if one.says == "vulnerable"]
    certain = (min(one.since for one in proved), max(one.until for one in proved)) if proved else None
    return Window(
        certain,
        max(RELEASED, before.until) if before is not None else RELEASED,
        None if after is None else after.since,
        tuple(group),
        before,
        after,
    )

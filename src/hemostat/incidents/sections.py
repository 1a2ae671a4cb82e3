"""What is said of an incident, in the order in which it is read: the one outline behind each way of showing
it.
"""

from dataclasses import dataclass

from hemostat.incidents.incident import Incident


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; an item may begin with a name. `numbered` where its order is a statement."""

    items: tuple[tuple[str, str], ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; all rows have as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Items | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def sections(incident: Incident) -> tuple[Section, ...]:
    """The outline of an incident."""
    title_of = {source.key: source.title for source in incident.sources}
    affected = ", ".join(
        one.first if one.first == one.last else f"{one.first} to {one.last}"
        for one in incident.affected_versions
    )
    return (
        Section("What it is", (Paragraph(incident.summary),)),
        Section(
            "When",
            (
                Table(
                    ("date", "what"),
                    tuple((event.date, event.what) for event in incident.events),
                ),
            ),
        ),
        Section(
            "Versions",
            (
                Items(
                    (
                        ("affected", f"{incident.software} {affected}"),
                        ("fixed", f"{incident.software} {', '.join(incident.fixed_versions)}"),
                        ("never affected", f"{incident.software} {', '.join(incident.unaffected_branches)}"),
                    )
                ),
                _plain_items(incident.version_notes),
            ),
        ),
        Section(
            "Packages that fixed it",
            (
                Table(
                    ("system", "release", "first fixed", "advisory"),
                    tuple(
                        (
                            package.system,
                            package.release,
                            package.version or "see the advisory",
                            title_of[package.advisory] if package.advisory else "-",
                        )
                        for package in incident.fixed_packages
                    ),
                ),
                Items(
                    tuple(
                        (f"{package.system} {package.release}", package.note)
                        for package in incident.fixed_packages
                        if package.note
                    )
                ),
                _plain_items(incident.package_notes),
            ),
        ),
        Section(
            "What never had it",
            (
                Items(
                    tuple(
                        (f"{release.system} {release.release}", release.why)
                        for release in incident.unaffected_releases
                    )
                    + tuple((software.name, software.why) for software in incident.unaffected_software)
                ),
            ),
        ),
        Section("What leaks", (_plain_items(incident.leaks),)),
        Section("What does not", (_plain_items(incident.never_leaks),)),
        Section("Servers and clients", (Items(tuple((role.name, role.how) for role in incident.roles)),)),
        Section(
            "What to do, in this order",
            (
                Items(
                    tuple((step.name, f"{step.what} {step.why_here}") for step in incident.steps),
                    numbered=True,
                ),
            ),
        ),
        Section("Which logins were at risk", (_plain_items(incident.logins),)),
        Section("What forward secrecy changes", (_plain_items(incident.forward_secrecy),)),
        Section("How it is proved", tuple(Paragraph(text) for text in incident.proof)),
        Section(
            "What was counted",
            (
                Items(
                    tuple(
                        (figure.value, f"{figure.of_what} ({title_of[figure.source]})")
                        for figure in incident.figures
                    )
                ),
            ),
        ),
        Section(
            "Sources",
            (
                Items(
                    tuple(
                        ("", f"{source.title} {source.address or ''}".rstrip()) for source in incident.sources
                    )
                ),
            ),
        ),
    )


def _plain_items(texts: tuple[str, ...]) -> Items:
    return Items(tuple(("", text) for text in texts))

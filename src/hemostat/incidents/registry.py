"""Which incidents there are: each module of `known` holds one, as `INCIDENT`. There is no second list."""

import pkgutil
from functools import cache
from importlib import import_module

from hemostat.errors import HemostatError
from hemostat.incidents import known
from hemostat.incidents.incident import Incident


class UnknownIncident(HemostatError):
    """No incident of that name. `name` is what was asked for, `known` lists what there is."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        # !a: the name is a stranger's text and may hold what a terminal obeys.
        return f"no incident is known as {self.name[:60]!a}; known are {', '.join(self.known)}"


@cache
def all_incidents() -> tuple[Incident, ...]:
    """Every incident, by id."""
    found = (
        import_module(f"{known.__name__}.{module.name}").INCIDENT
        for module in pkgutil.iter_modules(known.__path__)
    )
    return tuple(sorted(found, key=lambda incident: incident.id))


def get(name: str) -> Incident:
    """The incident of that id, name or alias, in upper or lower case. Raises `UnknownIncident`."""
    wanted = name.strip().casefold()
    for incident in all_incidents():
        if wanted in (word.casefold() for word in (incident.id, incident.name, *incident.aliases)):
            return incident
    raise UnknownIncident(name, tuple(f"{incident.id} ({incident.name})" for incident in all_incidents()))

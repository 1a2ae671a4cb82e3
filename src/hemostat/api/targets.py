"""What a user may write, in the words of the dialects that there are."""

from functools import cache

from hemostat.dialects import Dialect, dialects
from hemostat.targets import Scheme, Schemes, Target, parse_target

__all__ = ["UnknownDialect", "read_target", "schemes"]


class UnknownDialect(ValueError):
    """There is no dialect of that name; the message lists those there are."""


@cache
def schemes(dialect: str | None = None) -> Schemes:
    """Which schemes and ports mean which dialect. `dialect`: what every target without a scheme means, by its name.

    Raises `UnknownDialect`.
    """
    known = dialects()
    dialect = None if dialect is None else dialect.lower()
    if dialect is not None and dialect not in known:
        scheme = (
            f" (it is a scheme: {dialect}://HOST)"
            if any(dialect in d.schemes for d in known.values())
            else ""
        )
        raise UnknownDialect(f"{dialect} is no dialect{scheme}; there are {', '.join(sorted(known))}")
    named = {
        scheme: Scheme(each.name, each.transport, port)
        for each in known.values()
        for scheme, port in each.schemes.items()
    }
    on_port = {port: _meant(each) for each in known.values() for port in each.ports}
    return Schemes(named, on_port, None if dialect is None else _meant(known[dialect]))


def read_target(text: str, *, port: int | None = None, dialect: str | None = None) -> Target:
    """The target that the text names. `port`: of one that names neither a port nor a scheme; `dialect`: of one without
    a scheme.

    Raises `TargetError`, `UnknownDialect`.
    """
    return parse_target(text, schemes(dialect), default_port=port)


def _meant(dialect: Dialect) -> Scheme:
    return Scheme(dialect.name, dialect.transport, next(iter(dialect.schemes.values())))

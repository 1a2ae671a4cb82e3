"""One module an incident; each defines `INCIDENT`."""

__all__: list[str] = []

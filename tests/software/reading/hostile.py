"""What readers of configurations meet: whole, cut, garbled. For Hypothesis."""

from hypothesis import strategies as st

__all__ = ["garbled", "scraps"]

_PIECES = (
    "{", "}", ";", "<", ">", "</", "[", "]", "(", ")", "\"", "'", "\\", "\\\n", "\n", "\n\n", " ", "  ", "\t", "#",
    "--", "[[", "]]", "%", "=", ":", "- ", "-", ",", ".", "!", "$", "${", "a", "cert", "include", "/a", "*", "\0",
    "é", "\r",
)  # fmt: skip


def scraps() -> st.SearchStrategy[str]:
    """Texts made of what the syntaxes are made of."""
    return st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)


def garbled(whole: str) -> st.SearchStrategy[str]:
    """A configuration cut short, with scraps in its middle."""
    places = st.integers(0, len(whole))
    return st.builds(
        lambda first, second, scrap: whole[: min(first, second)] + scrap + whole[max(first, second) :],
        places,
        places,
        scraps(),
    )

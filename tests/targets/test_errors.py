"""`TargetError`: its codes, and the page that lists them."""

import copy
import pickle
import re
from pathlib import Path

import pytest

import hemostat.targets
from hemostat.errors import HemostatError
from hemostat.targets import CODES, TargetError
from tests.targets.known import parse_target

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"
SOURCES = Path(hemostat.targets.__file__).parent


def documented() -> dict[str, tuple[str, str]]:
    """Code → meaning and example, from the table of the page."""
    table = PAGE.read_text(encoding="utf-8").split("## What is refused")[1]
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (?:`([^`]+)`)? ?\|$", table, re.MULTILINE)
    return {code: (meaning, example) for code, meaning, example in rows}


def test_is_one_of_the_errors_of_hemostat() -> None:
    with pytest.raises(HemostatError):
        parse_target("")


def test_carries_its_code_and_reads_as_its_sentence() -> None:
    error = TargetError("bad-port", "'0' is no port")
    assert (error.code, error.message, str(error)) == ("bad-port", "'0' is no port", "'0' is no port")


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_survives_being_copied_to_another_process(copied: object) -> None:
    assert callable(copied)
    twin = copied(TargetError("bad-port", "'0' is no port"))
    assert (type(twin), twin.code, twin.message) == (TargetError, "bad-port", "'0' is no port")


def test_codes_are_those_that_the_sources_raise() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py") if path.name != "errors.py"
    )
    raised = set(re.findall(r'(?:TargetError\(\s*|_refuse\(\s*raw, )"([a-z0-9-]+)"', text))
    assert raised == set(CODES)


def test_page_has_every_code_with_its_meaning() -> None:
    assert {code: meaning for code, (meaning, _) in documented().items()} == dict(CODES)


@pytest.mark.parametrize(("code", "example"), [(c, e) for c, (_, e) in documented().items() if e])
def test_examples_of_the_page_are_refused_as_it_says(code: str, example: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(example)
    assert caught.value.code == code

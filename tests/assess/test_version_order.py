"""The orders of package versions, held to what the distributions' tools and documents say."""

import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemostat.assess.version_order import MAX_VERSION, Order, compare, is_version
from tests.shell.checkouts import ROOT

IN_ORDER: dict[Order, list[str]] = {
    "deb": [
        "0.9.8o-4squeeze14", "1.0.1-4ubuntu3", "1.0.1-4ubuntu5.9", "1.0.1-4ubuntu5.12", "1.0.1c-3ubuntu2.7",
        "1.0.1e-2", "1.0.1e-2+deb7u4", "1.0.1e-2+deb7u5~", "1.0.1e-2+deb7u5", "1.0.1e-2+deb7u5+b1", "1.0.1e-2+deb7u10",
        "1.0.1e-3ubuntu1.2", "1.0.1g-1~", "1.0.1g-1", "1.0.2~beta1-1", "1.0.2-1", "3.0.11-1~deb12u2", "1:0.9.8-1",
    ],
    "rpm": [
        "0.9.8e-27.el5_10.1", "1.0.0-27.el6_4.2", "1.0.1e-15.el6", "1.0.1e-16.el6_5.4", "1.0.1e-16.el6_5.4.0.1.centos",
        "1.0.1e-16.el6_5.7", "1.0.1e-16.el6_5.14", "1.0.1e-30.el6", "1.0.1e-37.fc20", "1.0.1e-37.fc20.1",
        "1.0.1e-38.fc20", "1:1.0.1e-37.65.amzn1", "1:1.0.1e-37.66.amzn1",
    ],
    "ebuild": [
        "0.9.8y", "1.0.0", "1.0.1_beta1", "1.0.1", "1.0.1-r1", "1.0.1c", "1.0.1f", "1.0.1f-r9", "1.0.1g", "1.0.1g-r1",
        "1.0.2_beta1", "1.0.2", "3.0.9",
    ],
}  # fmt: skip


@pytest.mark.parametrize("order", IN_ORDER)
def test_versions_of_that_time_are_in_their_order(order: Order) -> None:
    for lower, higher in pairwise(IN_ORDER[order]):
        assert compare(order, lower, higher) < 0, (lower, higher)
        assert compare(order, higher, lower) > 0, (lower, higher)
        assert compare(order, lower, lower) == 0


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="cannot be had: dpkg, outside Debian and its kin")
def test_dpkg_orders_debians_so_too() -> None:
    for lower, higher in pairwise(IN_ORDER["deb"]):
        subprocess.run(["dpkg", "--compare-versions", lower, "lt", higher], check=True)


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("deb", ""), ("deb", "a1"), ("deb", "1 0"), ("deb", "1.0\n"), ("deb", "x:1.0-1"), ("deb", "1.0.1e_2"),
        ("deb", "1" * (MAX_VERSION + 1)), ("rpm", "1.0.1e"), ("rpm", "1.0.1e-16-7"), ("rpm", "١.0-1"), ("rpm", ":1-1"),
        ("ebuild", "1.0.1eb"), ("ebuild", "1.0.1-rc1"), ("ebuild", "1.0.1e-2+deb7u5"),
    ],
)  # fmt: skip
def test_what_is_no_version_is_not_compared(order: Order, text: str) -> None:
    assert not is_version(order, text)
    with pytest.raises(ValueError, match="not two versions"):
        compare(order, text, IN_ORDER[order][0])
    with pytest.raises(ValueError, match="not two versions"):
        compare(order, IN_ORDER[order][0], text)


_TEXTS = st.text("0123456789:.+~^-_abgrzAZ", max_size=24) | st.text(max_size=8)


@settings(max_examples=200)
@given(st.sampled_from(["deb", "rpm", "ebuild"]), _TEXTS, _TEXTS)
def test_any_two_texts_are_compared_or_refused(order: Order, one: str, other: str) -> None:
    if is_version(order, one) and is_version(order, other):
        assert compare(order, one, other) == -compare(order, other, one)
    else:
        with pytest.raises(ValueError, match="not two versions"):
            compare(order, one, other)


def test_univers_is_loaded_by_the_first_comparison_and_not_before() -> None:
    code = (
        "import sys; from hemostat.assess.version_order import compare; assert 'univers' not in sys.modules;"
        "compare('rpm', '1-1', '1-2'); print(*sorted(m for m in sys.modules if m.startswith('univers')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["univers", "univers.rpm"]

from hemostat.evidence import ChainState
from hemostat.ledger import Merged, Named, SealCheck, Verification
from hemostat.report import merged_text, verification_text

RUN = "run:" + "1" * 32


def found(**changed: object) -> Verification:
    values: dict[str, object] = {
        "runs": 2,
        "whole": 2,
        "cut_off": 0,
        "broken": 0,
        "not_whole": (),
        "observations": 6,
        "ahead": 0,
        "unknown": {},
        "blobs": 1,
        "changed_blobs": Named(),
        "missing_blobs": Named(),
        "index_holds": True,
        "seal": None,
    }
    return Verification(**values | changed)  # type: ignore[arg-type]


def test_a_ledger_that_holds() -> None:
    assert verification_text(found()).splitlines() == [
        "The ledger holds.",
        "runs: 2, of which 2 whole, 0 cut off (the writer was ended, or still writes), 0 broken",
        "observations: 6; certificates and other blobs: 1",
    ]


def test_what_does_not_hold_is_named_with_its_reason() -> None:
    broken = ChainState("broken", RUN, 3, "0" * 64, "row 3 is missing")
    text = verification_text(
        found(whole=1, broken=1, not_whole=(broken,), index_holds=None, changed_blobs=Named(1, ("ab" * 32,)))
    )
    assert text.startswith("The ledger does NOT hold.\n")
    assert f"  {RUN} is broken after 3 rows: row 3 is missing\n" in text
    assert "What rests on a broken run proves nothing." in text
    assert f"  blobs that were changed: 1\n    {'ab' * 32}\n" in text


def test_what_is_odd_and_harmless_is_said_too() -> None:
    cut = ChainState("cut-off", RUN, 2, "0" * 64)
    text = verification_text(
        found(
            whole=1,
            cut_off=1,
            not_whole=(cut,),
            ahead=1,
            unknown={"probe/9": 4},
            missing_blobs=Named(1, ("cert:ab",)),
        )
    )
    assert text.startswith("The ledger holds.\n")
    for said in (
        f"{RUN} is cut-off after 2 rows",
        "(kept, never the newest): 1",
        "observations of kind probe/9, which this version does not know (kept, not judged): 4",
        "(nothing is forged by that)",
    ):
        assert said in text


def test_an_index_that_lies() -> None:
    text = verification_text(found(index_holds=False))
    assert text.startswith("The ledger does NOT hold.")
    assert "The index does not say what the rows say" in text
    assert text.endswith("hemostat ledger merge --ledger NEW THIS\n")


def test_a_seal() -> None:
    exact = SealCheck(list_found=True, unchanged=True)
    assert "exactly as it was sealed" in verification_text(found(seal=exact))
    later = SealCheck(list_found=True, unchanged=False, grown=Named(1, (RUN,)), new=2)
    text = verification_text(found(seal=later))
    assert "Seal: all that was sealed is here, unchanged." in text
    assert "runs newer than the seal: 2" in text
    assert f"sealed runs that were still open then, and went on: 1\n    {RUN}" in text
    forged = SealCheck(list_found=True, unchanged=False, changed=Named(1, (RUN,)), missing=Named(1, (RUN,)))
    text = verification_text(found(seal=forged))
    assert text.startswith("The ledger does NOT hold.")
    assert "Seal: NOT all that was sealed is here." in text
    assert "sealed runs that are missing: 1" in text
    lost = SealCheck(list_found=False, unchanged=False)
    assert "the list that would tell what changed is not here" in verification_text(found(seal=lost))


def test_what_came_in() -> None:
    merged = Merged(new_runs=1, grown_runs=2, known_runs=3, observations=4, blobs=5)
    assert merged_text(merged) == (
        "runs: 1 new, 2 that went on, 3 that were here already; came in: observations: 4, certificates: 5"
    )


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    cut = tuple(ChainState("cut-off", f"run:{number:032x}", 2, "0" * 64) for number in range(100))
    blobs = Named(50, tuple(map(str, range(50))))
    text = verification_text(found(runs=5000, whole=0, cut_off=5000, not_whole=cut, missing_blobs=blobs))
    assert text.count(" is cut-off after 2 rows\n") == 20
    assert "\n  and 4980 more\n" in text
    assert text.endswith("\n    19\n    and 30 more\n")

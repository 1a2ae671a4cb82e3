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
        "2 runs: 2 whole, 0 cut off (their writer was ended, or still writes), 0 broken",
        "6 observations, 1 certificates and other blobs",
    ]


def test_what_does_not_hold_is_named_with_its_reason() -> None:
    broken = ChainState("broken", RUN, 3, "0" * 64, "row 3 is missing")
    text = verification_text(
        found(whole=1, broken=1, not_whole=(broken,), index_holds=None, changed_blobs=Named(1, ("ab" * 32,)))
    )
    assert text.startswith("The ledger does NOT hold.\n")
    assert f"  {RUN} is broken after 3 rows: row 3 is missing\n" in text
    assert f"  1 certificates were changed\n    {'ab' * 32}\n" in text


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
        "1 observations are dated after",
        "4 observations of kind probe/9, which this version does not know: kept, not judged",
        "(nothing is forged by that)",
    ):
        assert said in text


def test_an_index_that_lies() -> None:
    text = verification_text(found(index_holds=False))
    assert text.startswith("The ledger does NOT hold.")
    assert "The index does not say what the rows say" in text


def test_a_seal() -> None:
    exact = SealCheck(list_found=True, unchanged=True)
    assert "exactly as it was sealed" in verification_text(found(seal=exact))
    later = SealCheck(list_found=True, unchanged=False, grown=Named(1, (RUN,)), new=2)
    text = verification_text(found(seal=later))
    assert "Seal: all that was sealed is here, unchanged." in text
    assert "2 runs are newer than the seal" in text
    assert f"1 sealed runs were still open then, and went on\n    {RUN}" in text
    forged = SealCheck(list_found=True, unchanged=False, changed=Named(1, (RUN,)), missing=Named(1, (RUN,)))
    text = verification_text(found(seal=forged))
    assert text.startswith("The ledger does NOT hold.")
    assert "Seal: NOT all that was sealed is here." in text
    assert "1 sealed runs are missing" in text
    lost = SealCheck(list_found=False, unchanged=False)
    assert "the list that would tell what changed is not here" in verification_text(found(seal=lost))


def test_what_came_in() -> None:
    merged = Merged(new_runs=1, grown_runs=2, known_runs=3, observations=4, blobs=5)
    assert merged_text(merged) == (
        "1 runs are new, 2 went on, 3 were here already; 4 observations and 5 certificates came in."
    )

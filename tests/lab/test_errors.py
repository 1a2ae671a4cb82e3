from hemostat.errors import HemostatError
from hemostat.lab import LabError


def test_a_lab_error_is_one_of_ours() -> None:
    assert issubclass(LabError, HemostatError)
    assert str(LabError("recording 3: cut short")) == "recording 3: cut short"

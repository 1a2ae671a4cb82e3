from hemostat.errors import HemostatError
from hemostat.exchange import ExchangeError


def test_what_a_driver_does_wrong_is_an_error_of_ours() -> None:
    assert issubclass(ExchangeError, HemostatError)
    assert str(ExchangeError("connected twice")) == "connected twice"

from hemostat.incidents import all_incidents, as_json, as_text, get
from tests.cli.conftest import Run


def test_all_there_are(run: Run) -> None:
    ran = run("incidents")
    assert ran.status == 0
    assert ran.out.startswith("CVE-2014-0160  Heartbleed  2014-04-07  OpenSSL")


def test_one_by_any_of_its_names(run: Run) -> None:
    text = as_text(get("heartbleed"), 80)
    for name in ("heartbleed", "CVE-2014-0160"):
        ran = run("incidents", name)
        assert (ran.status, ran.out) == (0, text)


def test_as_json(run: Run) -> None:
    (one,) = run("incidents", "--json", "heartbleed").lines()
    assert one == as_json(get("heartbleed"))
    assert len(run("incidents", "--json").lines()) == len(all_incidents())


def test_one_that_is_not_known(run: Run) -> None:
    ran = run("incidents", "\x1b[2Jshellshock")
    assert (ran.status, ran.out) == (2, "")
    assert "no incident is known as" in ran.err
    assert "\x1b" not in ran.err

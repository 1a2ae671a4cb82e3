"""One finding, as a person and a program see it."""

import json

from hemostat.report.finding import FINDING_KEYS, finding_line
from tests.report.findings import finding, not_looked_into


def test_a_finding_as_json_has_its_keys_in_their_order_and_no_others() -> None:
    for each in (finding(), not_looked_into("limit-size")):
        assert tuple(json.loads(finding_line(each))) == FINDING_KEYS
        assert finding_line(each).isascii()


def test_the_way_into_an_archive_is_part_of_the_place_and_nothing_in_it_reaches_a_terminal() -> None:
    assert finding().place == "/opt/app.whl!app/libssl.so.1.0.0"
    assert finding(inside=()).place == "/opt/app.whl"
    assert "\x1b" not in finding(path="/opt/\x1b[31m\udcff").place


def test_what_was_left_out_on_purpose_does_not_count() -> None:
    assert not not_looked_into("other-file-system", harmless=True).counts
    assert not not_looked_into("vanished", harmless=True).counts
    assert not_looked_into("no-such-path", harmless=True).counts
    assert finding().counts


def test_a_header_is_a_text_and_a_program_that_names_openssl_is_none() -> None:
    assert finding(form="text-only", format="other").is_text
    assert not finding(form="text-only", format="elf").is_text
    assert not finding().is_text
    assert not not_looked_into("limit-size").is_text

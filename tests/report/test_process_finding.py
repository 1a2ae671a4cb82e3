"""A process, as a person and a program see it."""

import json

from hemostat.report.process_finding import PROCESS_KEYS, process_line
from tests.report.findings import process_finding


def test_a_process_as_json_has_its_keys_in_their_order_and_no_others() -> None:
    line = process_line(process_finding(user="ü\x1b"))
    assert tuple(json.loads(line)) == PROCESS_KEYS
    assert line.isascii()


def test_who_it_is() -> None:
    assert process_finding().place == "nginx.service (pid 4711, /usr/sbin/nginx)"
    assert process_finding(unit=None).place == "pid 4711, /usr/sbin/nginx"
    assert (
        process_finding(unit=None, exe=None, container="0f" * 32).place == "container 0f0f0f0f0f0f (pid 4711)"
    )
    assert "\x1b" not in process_finding(exe="/opt/\x1b[2J").place

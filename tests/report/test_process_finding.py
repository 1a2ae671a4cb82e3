"""A process, as a person and a program see it."""

import json
from typing import Any

import pytest

from hemostat.assess.processes import Mapped
from hemostat.assess.rule import Verdict
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


OF_USER = "/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"cgroup": "/system.slice/nginx.service/worker"}, None),
        ({"cgroup": "/system.slice/system-nginx.slice/nginx@a.service", "unit": "nginx@a.service"}, None),
        ({"container": "0f" * 32}, "a container"),
        ({"shares_mounts": False}, "mounts or a root of its own"),
        ({"shares_mounts": None}, "is not known"),
        ({"unit": None}, "no service"),
        ({"unit": "session-1.scope", "cgroup": "/user.slice/session-1.scope"}, "no service"),
        ({"unit": "-nginx.service", "cgroup": "/system.slice/-nginx.service"}, "an option"),
        ({"unit": "a b.service", "cgroup": "/system.slice/a b.service"}, "an option"),
        ({"unit": "a-b.service", "cgroup": r"/system.slice/a\x2db.service"}, "taken for another"),
        ({"cgroup": None}, "taken for another"),
        ({"cgroup": "/system.slice/other.service"}, "taken for another"),
        ({"cgroup": OF_USER}, "another manager"),
        ({"unit": "user@0.service", "cgroup": "/user.slice/user@0.service/init.scope"}, "another manager"),
        ({"cgroup": "/lxc/web/system.slice/nginx.service"}, "another manager"),
        ({"cgroup": "/lxc.slice/nginx.service"}, "another manager"),
        ({"cgroup": "/machine.slice/nginx.service"}, "another manager"),
        ({"cgroup": "/../../system.slice/nginx.service"}, "another manager"),
        ({"cgroup": "/system.slice/host.service/system.slice/nginx.service"}, "another manager"),
        (
            {"unit": "dbus.service", "cgroup": "/system.slice/dbus.service", "exe": "/usr/bin/dbus-daemon"},
            "reboot the host",
        ),
    ],
)
def test_what_may_be_restarted_unseen(said: dict[str, Any], expected: str | None) -> None:
    flawed = Verdict("vulnerable", "own-bytes-answered", "It is.", "proved")
    fixed = Verdict("patched", "fixed-package", "It is.", "owned")
    why = process_finding(Mapped("/usr/lib/libssl.so", True, flawed, fixed), **said).not_listed
    assert (why is None) if expected is None else (why is not None and expected in why)

"""What other programs say is read out of all that they write; the words are ours, in their shape."""

from bench.processes import Ran
from bench.programs import Program, nmap_said, sslscan_said, sslyze_said

NMAP = """Nmap scan report for 127.0.0.1
PORT    STATE SERVICE
443/tcp open  https
{}
Nmap done: 1 IP address (1 host up)
"""


def test_nmap_says_nothing_of_a_server_that_it_takes_for_fine() -> None:
    assert nmap_said(NMAP.format("")) == ""


def test_nmap_says_its_state_of_one_that_is_vulnerable() -> None:
    script = "| ssl-heartbleed: \n|   VULNERABLE:\n|     State: VULNERABLE\n|_    Risk factor: High\n"
    assert nmap_said(NMAP.format(script)) == "State: VULNERABLE"
    assert (
        nmap_said(NMAP.format("|_ssl-heartbleed: ERROR: it failed\n")) == "ssl-heartbleed: ERROR: it failed"
    )


def test_sslyze_says_it_below_its_heading() -> None:
    output = "\n * OpenSSL Heartbleed:\n                    OK - as it\n   should be\n\n SCANS COMPLETED\n"
    assert sslyze_said(output) == "OK - as it should be"
    assert sslyze_said(" * Something else:\n    OK\n") == ""


def test_sslscan_says_it_of_each_version() -> None:
    output = "  Heartbleed:\nTLSv1.2 not vulnerable to heartbleed\nTLSv1.1 vulnerable to heartbleed\n\n  Other:\nx\n"
    assert sslscan_said(output) == "TLSv1.2 not vulnerable to heartbleed; TLSv1.1 vulnerable to heartbleed"
    assert sslscan_said("nothing of the kind\n") == ""


def test_a_program_that_says_nothing_and_one_that_dies_are_told_apart() -> None:
    sslscan = Program("sslscan", lambda port: ["sslscan", str(port)], sslscan_said)
    assert (
        sslscan.answer(Ran(0.1, 0.1, 0, "TLSv1.2 vulnerable to heartbleed\n"))
        == "TLSv1.2 vulnerable to heartbleed"
    )
    assert sslscan.answer(Ran(0.1, 0.1, 0, "")) == "(nothing)"
    assert sslscan.answer(Ran(0.1, 0.1, -13, "TLSv1.2 vulnerable to heartbleed\n")) == "(ended by signal 13)"

"""The table of OpenSSL's CVEs, held to itself: what it says of versions is in `test_openssl_cves`."""

from itertools import pairwise

from hemostat.incidents.cve import read_table, write_table
from hemostat.incidents.openssl_cve_table import TABLE


def test_it_is_as_it_would_be_written() -> None:
    assert write_table(read_table(TABLE)) == TABLE


def test_each_number_is_there_once_and_days_are_in_order() -> None:
    cves = read_table(TABLE)
    assert len({one.id for one in cves}) == len(cves) == 272
    assert all(one.public is not None and one.affected for one in cves)
    assert all((earlier.public or "") <= (later.public or "") for earlier, later in pairwise(cves))


def test_no_range_is_empty() -> None:
    for cve in read_table(TABLE):
        for one in cve.affected:
            assert one.holds(one.first), cve.id
            assert one.last is None or one.holds(one.last), cve.id
            assert one.fixed is None or not one.holds(one.fixed), cve.id

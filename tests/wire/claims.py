"""What the heartbeat requests in bytes to be sent claim, and what they carry. For whatever can send anything.

Written apart from `hemostat.wire`, from RFC 5246 section 6.2.1 (TLS records: type, version, length), RFC 6347
section 4.1 (DTLS records: type, version, epoch, sequence number, length) and RFC 6520 section 4 (type,
payload_length, payload, padding), so that an error of the code that builds them is not shared here.
"""

__all__ = ["claimed_and_carried", "claims_no_more_than_it_carries"]

HEARTBEAT = 24
REQUEST = 1


def claimed_and_carried(data: bytes) -> list[tuple[int, int]]:
    """(payload_length, bytes that follow it in its record) of every heartbeat request in `data`, in order.

    `data`: what goes out at once, plaintext records of TLS or (major version 254) of DTLS. Each record is
    judged by itself, as the peer will: a request that goes on in the next record carries no more than its
    own. ValueError for bytes that are no whole records, and for a request too short for its payload_length.
    """
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(data):
        header = 13 if data[at + 1 : at + 2] == b"\xfe" else 5
        if (
            not 20 <= data[at] <= 24
            or data[at + 1 : at + 2] not in (b"\x03", b"\xfe")
            or len(data) - at < header
        ):
            raise ValueError(f"no record begins at byte {at}")
        start = at + header
        stop = start + int.from_bytes(data[start - 2 : start], "big")
        if stop > len(data):
            raise ValueError(f"the record at byte {at} is cut")
        if data[at] == HEARTBEAT and data[start:stop][:1] == bytes([REQUEST]):
            if stop - start < 3:
                raise ValueError(f"the heartbeat request at byte {at} is cut before its payload")
            found.append((int.from_bytes(data[start + 1 : start + 3], "big"), stop - start - 3))
        at = stop
    return found


def claims_no_more_than_it_carries(data: bytes) -> bool:
    """Whether all heartbeat requests in `data` (as above) carry at least what they claim."""
    return all(claimed <= carried for claimed, carried in claimed_and_carried(data))

"""The buffer through which OpenSSL writes during a handshake.

It is why a small heartbeat answer stays with the peer until something flushes it, why an answer larger than
the buffer goes straight out, and why an application that closes loses the small ones. (OpenSSL 1.0.1
`BIO_f_buffer`, `crypto/bio/bf_buff.c`; put before the socket, or before the datagram, by
`ssl_init_wbio_buffer`.)
"""

__all__ = ["OPENSSL_BUFFER", "WriteBuffer"]

OPENSSL_BUFFER = 4096
"""OpenSSL's own size, bytes."""


class WriteBuffer:
    """Bytes written and not yet out. `write` and `flush` return what goes out now, one item a write to the
    socket (a datagram, over UDP).
    """

    __slots__ = ("_held", "_size")

    def __init__(self, size: int = OPENSSL_BUFFER) -> None:
        self._size = size
        self._held = b""

    def write(self, data: bytes) -> list[bytes]:
        """Take `data`; what does not fit pushes the buffer out, filled to the brim first, even in the middle
        of a record.
        """
        room = self._size - len(self._held)
        if len(data) <= room:
            self._held += data
            return []
        out = []
        if self._held:
            out.append(self._held + data[:room])
            data = data[room:]
        if len(data) >= self._size:
            out.append(data)
            data = b""
        self._held = data
        return out

    def flush(self) -> list[bytes]:
        """All that is held, in one piece."""
        held, self._held = self._held, b""
        return [held] if held else []

"""Looks at a host from inside: the I/O of `inspect`."""

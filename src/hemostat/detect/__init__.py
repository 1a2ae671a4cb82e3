"""The I/O that looks: everything that opens a socket lives below here."""

"""The proof put to a file: a libssl is loaded in a child process that can do nothing but compute, and asked.

Reading order: `sandbox` (what the child can no longer do) → `openssl` (the library, by ctypes) → `child` (serves TLS
over pipes) → `reports` (what the child says of itself, checked) → `prove` (the parent: drives the probe).
"""

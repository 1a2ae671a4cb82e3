"""Drivers of `exchange`: each carries out its commands with one kind of I/O and hands back the events."""

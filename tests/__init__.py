"""The tests of hemostat: this folder mirrors `src/`; `live/` holds the tests against real servers."""

"""Tests of the launcher, of ./test's own parts and of the rules of the house."""

"""Millions of uses at a time: Arrow columns in, the oracle's answers out."""

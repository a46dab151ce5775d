"""Benches: each claim in figures has a command that anyone can run."""

"""Reporters: people whose report names a number instead of them (PR-07)."""

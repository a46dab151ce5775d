"""Investigations: the opened, approved, expiring frame inside which anyone may be traced."""

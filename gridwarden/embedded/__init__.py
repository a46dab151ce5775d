"""Embedded: database, broker and child processes that we run ourselves, on one machine."""

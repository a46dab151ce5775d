"""Tracing: from swipes to stays, contacts and rings; pure functions on columns, and their store."""

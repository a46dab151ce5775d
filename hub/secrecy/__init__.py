"""Secrecy: the duty that everybody signs once before they see personal data (PR-05)."""

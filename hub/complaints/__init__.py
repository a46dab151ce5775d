"""Complaints about staff and supervisors, routed around the person named (PR-10)."""

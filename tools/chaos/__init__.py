"""Chaos: kill, cut, fill and skew everything between agent and store; count what became of it."""

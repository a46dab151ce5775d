"""Logbooks: what was done with each thing of a register, and by whom."""

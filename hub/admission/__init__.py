"""Admission (准入制): which categories of work grid staff get, and who changed that (CA-17)."""

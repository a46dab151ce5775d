"""Authority: what police and health authority may ask, for a case number, in few fields (PR-12)."""

"""Audit: who read personal data, when and why; append-only, hash-chained, shown to the auditor."""

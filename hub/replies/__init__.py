"""Replies: a request that comes again with the same Idempotency-Key gets the same answer."""

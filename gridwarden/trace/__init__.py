"""Trace: contact tracing on an access log of any system, without a store."""

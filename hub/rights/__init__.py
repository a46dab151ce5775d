"""Rights: what roles may do, where and until when, and the one place that decides it."""

"""Photos: pictures that people take as evidence, kept under the hash of their content."""

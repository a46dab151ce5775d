"""Commands of the `gridwarden` command line, one module per group."""

"""`python -m gridwarden`."""

from gridwarden.cli import main

main()

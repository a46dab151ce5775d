"""Letters: written reports to the office of a higher grid, numbered, sealed, with receipts."""

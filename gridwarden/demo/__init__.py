"""Demo: the whole system on a simulated campus, started and judged by one command."""

"""Hub: turns what the store holds into hazard cases, and serves the desk page and the API."""

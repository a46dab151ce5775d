"""Plans: the rules of one kind of site, as data with the source of every number."""

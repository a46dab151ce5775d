"""Watch list: untrusted places (不放心场所), patrolled more often until they are put right."""

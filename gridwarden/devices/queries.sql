-- name: last_seen
select name, reported from agents

-- name: copy_dead_letters
copy dead_letters (received, topic, reason, items, payload) from stdin (format binary)

-- name: take_turn
select pg_advisory_xact_lock(%s)

-- name: copy_feed
copy feed (received, payload) from stdin (format binary)

-- name: wake_followers
select pg_notify(%s, '')

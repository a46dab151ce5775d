-- name: take_turn
select pg_advisory_xact_lock(%s)

-- name: stored_already
-- Row by row through the index, whatever the planner believes about a table that is filling.
select told.place - 1
from unnest(%(device)s, %(quantity)s, %(time)s, %(value)s)
     with ordinality as told (device, quantity, time, value, place)
cross join lateral (
    select from readings r
    where r.device = told.device and r.quantity = told.quantity and r.time = told.time
      and r.value = told.value and r.time between %(first)s and %(last)s
    limit 1
) as stored

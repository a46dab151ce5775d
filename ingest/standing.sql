-- name: take_turn
select pg_advisory_xact_lock(%s)

-- name: last_values
-- Of each pair the place and the newest value that the store has.
select told.place - 1, last.value
from unnest(%(device)s::int[], %(quantity)s::smallint[])
     with ordinality as told (device, quantity, place)
cross join lateral (
    select r.value from readings r
    where r.device = told.device and r.quantity = told.quantity
    order by r.time desc limit 1
) as last

-- name: last_states
select told.place - 1, last.state, last.detail
from unnest(%(device)s::int[]) with ordinality as told (device, place)
cross join lateral (
    select s.state, s.detail from device_states s
    where s.device = told.device
    order by s.time desc limit 1
) as last

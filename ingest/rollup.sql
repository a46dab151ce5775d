-- name: made_by_us
select relkind <> 'v' from pg_class where oid = 'readings_1m'::regclass

-- name: take_turn
select pg_try_advisory_lock(%s)

-- name: end_turn
select pg_advisory_unlock(%s)

-- name: page
select position, payload from feed
where position > (select position from rollup_progress) order by position limit %s

-- name: minutes
insert into readings_1m (time, device, quantity, readings, total, low, high)
select touched.time, touched.device, touched.quantity, made.*
from unnest(%(device)s, %(quantity)s, %(time)s) as touched (device, quantity, time)
cross join lateral (
    select count(*), sum(value), min(value), max(value)
    from readings r
    where r.device = touched.device and r.quantity = touched.quantity
      and r.time >= touched.time and r.time < touched.time + interval '1 minute'
    having count(*) > 0
) as made
on conflict (device, quantity, time) do update
set readings = excluded.readings, total = excluded.total,
    low = excluded.low, high = excluded.high

-- name: hours
insert into readings_1h (time, device, quantity, readings, total, low, high)
select touched.time, touched.device, touched.quantity, made.*
from unnest(%(device)s, %(quantity)s, %(time)s) as touched (device, quantity, time)
cross join lateral (
    select sum(readings), sum(total), min(low), max(high)
    from readings_1m m
    where m.device = touched.device and m.quantity = touched.quantity
      and m.time >= touched.time and m.time < touched.time + interval '1 hour'
    having count(*) > 0
) as made
on conflict (device, quantity, time) do update
set readings = excluded.readings, total = excluded.total,
    low = excluded.low, high = excluded.high

-- name: note
update rollup_progress set position = %s

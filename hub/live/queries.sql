-- name: series
-- Two packed arrays instead of rows: a day's readings without a loop in Python.
select array_send(array_agg(time)), array_send(array_agg(value))
from (
    select r.time, r.value
    from public.readings r
    where r.device = (select id from public.devices where name = %(device)s)
      and r.quantity = (select id from public.quantities where name = %(quantity)s)
      and r.time between %(from)s and %(to)s
    order by r.time
) as span

-- name: rolled_minutes
select extract(epoch from public.time_bucket(%(step)s, r.time))::float8 as at,
       sum(r.total) / sum(r.readings), min(r.low), max(r.high)
from public.readings_1m r
where r.device = (select id from public.devices where name = %(device)s)
  and r.quantity = (select id from public.quantities where name = %(quantity)s)
  and r.time between public.time_bucket(%(step)s, %(from)s) and %(to)s
group by at order by at

-- name: rolled_hours
select extract(epoch from public.time_bucket(%(step)s, r.time))::float8 as at,
       sum(r.total) / sum(r.readings), min(r.low), max(r.high)
from public.readings_1h r
where r.device = (select id from public.devices where name = %(device)s)
  and r.quantity = (select id from public.quantities where name = %(quantity)s)
  and r.time between public.time_bucket(%(step)s, %(from)s) and %(to)s
group by at order by at

-- name: ingest_clock
-- Of the workers that live, the clock that is off the store's by most. A beat carries its clock.
with living as (
    select (state ->> 'clock_offset_s')::float8 as off_s, beat
    from public.workers
    where kind = 'ingest' and state ? 'clock_offset_s'
)
select off_s from living
where beat - make_interval(secs => off_s) > now() - interval '1 minute'
order by abs(off_s) desc limit 1

-- name: device
select id from public.devices where name = %(device)s

-- name: latest_readings
-- First where nearly all are, in the newest partitions; then everywhere, for those not found there.
with recent as materialized (
    select s.device, s.quantity, r.time, r.value
    from public.sensors s
    left join lateral (
        select time, value from public.readings
        where device = s.device and quantity = s.quantity and time > now() - interval '1 day'
        order by time desc limit 1
    ) r on true
)
select d.name, q.name as quantity, latest.time, latest.value
from (
    select * from recent where time is not null
    union all
    select s.device, s.quantity, r.time, r.value
    from recent s
    cross join lateral (
        select time, value from public.readings
        where device = s.device and quantity = s.quantity
        order by time desc limit 1
    ) r
    where s.time is null
) latest
join public.devices d on d.id = latest.device
join public.quantities q on q.id = latest.quantity

-- name: latest_signs
select d.name, greatest(s.time, e.time, st.time) as seen, st.state
from public.devices d
left join lateral (
    select time from public.swipes where reader = d.id order by time desc limit 1) s on true
left join lateral (
    select time from public.detections where device = d.id order by time desc limit 1) e on true
left join lateral (
    select time, state from public.device_states
    where device = d.id order by time desc limit 1) st on true
where greatest(s.time, e.time, st.time) is not null

-- name: unregistered
select name from public.devices
where not registered and not exists (select from public.agents a where a.name = devices.name)
order by name

-- name: agents
select name, online, reported, state from public.agents order by name

-- name: dead_letters
select id, received, topic, reason, items, octet_length(payload) as bytes
from public.dead_letters where (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(limit)s

-- name: dead_letter_total
select (select count(*) from public.dead_letters) as total,
       coalesce((select value from public.counters where name = %(counter)s), 0) as evicted

-- name: feed_head
select coalesce(max(position), 0) from public.feed

-- name: feed_since
select position, payload from public.feed
where position > %(position)s order by position limit %(limit)s

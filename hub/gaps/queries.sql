-- name: since
select name, first_seen from public.devices where name = any(%(names)s)

-- name: signs
-- One packed array per device instead of rows. A word that a device is unreachable or gone is its
-- agent's, and no sign of life.
select d.name, array_send(array_agg(sign.time))
from unnest(%(names)s::text[], %(froms)s::timestamptz[], %(tos)s::timestamptz[])
     as span (name, first, last)
join public.devices d on d.name = span.name
cross join lateral (
    select r.time from public.quantities q
    cross join lateral (
        select time from public.readings
        where device = d.id and quantity = q.id and time between span.first and span.last
    ) r
    union all
    select time from public.detections
    where device = d.id and time between span.first and span.last
    union all
    select time from public.device_states
    where device = d.id and time between span.first and span.last
      and state <> all (%(gone)s)
) sign
group by d.name

-- name: agent
select name, online, reported, state from public.agents where name = %(agent)s

-- name: epochs
-- Each epoch by one look into the index, however many batches it has; those begun last come first.
with recursive epochs as (
    (select epoch, received from public.batches where agent = %(agent)s order by epoch, seq limit 1)
    union all
    select next.epoch, next.received
    from epochs cross join lateral (
        select b.epoch, b.received from public.batches b
        where b.agent = %(agent)s and b.epoch > epochs.epoch order by b.epoch, b.seq limit 1
    ) next
)
select epoch from epochs order by received desc, epoch desc limit %(most)s

-- name: sequence
-- What is missing below the newest batch that had come by %(settled)s, at most %(most)s back.
with top as (
    select seq as upto, greatest(seq - %(most)s::bigint, 0) as before
    from public.batches
    where agent = %(agent)s and epoch = %(epoch)s and received < %(settled)s
    order by seq desc limit 1
),
runs as (
    select b.seq, coalesce(lag(b.seq) over (order by b.seq), top.before) as last
    from public.batches b, top
    where b.agent = %(agent)s and b.epoch = %(epoch)s and b.seq > top.before and b.seq <= top.upto
),
holes as (select last + 1 as first, seq - 1 as last from runs where seq > last + 1)
select top.before + 1 as first, top.upto as last,
       coalesce((select sum(last - first + 1) from holes), 0)::bigint as missing,
       (select count(*) from holes) as stretches,
       (select coalesce(jsonb_agg(jsonb_build_array(first, last) order by first), '[]')
        from (select first, last from holes order by first desc limit %(limit)s) newest) as ranges
from top

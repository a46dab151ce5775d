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
    select r.time from public.sensors s
    cross join lateral (
        select time from public.readings
        where device = d.id and quantity = s.quantity and time between span.first and span.last
    ) r
    where s.device = d.id
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
-- Each epoch by one look into each index, however many batches it has; those begun last come first.
-- Old batches stand in ranges. Simple devices' messages (epoch 0 and below) have no sequence.
with recursive epochs as (
    select 0::bigint as epoch
    union all
    select least(
        (select b.epoch from public.batches b
         where b.agent = %(agent)s and b.epoch > epochs.epoch order by b.epoch limit 1),
        (select r.epoch from public.batch_ranges r
         where r.agent = %(agent)s and r.epoch > epochs.epoch order by r.epoch limit 1))
    from epochs where epochs.epoch is not null
)
select epoch
from epochs
cross join lateral (
    select received from (
        (select b.seq, b.received from public.batches b
         where b.agent = %(agent)s and b.epoch = epochs.epoch order by b.seq limit 1)
        union all
        (select r.first, r.began from public.batch_ranges r
         where r.agent = %(agent)s and r.epoch = epochs.epoch order by r.first limit 1)
    ) as either (seq, received)
    order by seq limit 1
) as begun
where epoch > 0
order by received desc, epoch desc limit %(most)s

-- name: sequence
-- What is missing below the newest batch that had come by %(settled)s, at most %(most)s back.
with newest as (
    select max(seq) as upto from (
        (select seq from public.batches b
         where b.agent = %(agent)s and b.epoch = %(epoch)s and b.received < %(settled)s
         order by seq desc limit 1)
        union all
        (select last from public.batch_ranges r
         where r.agent = %(agent)s and r.epoch = %(epoch)s and r.received < %(settled)s
         order by first desc limit 1)
    ) as either (seq)
),
top as (
    select upto, greatest(upto - %(most)s::bigint, 0) as before from newest where upto is not null
),
come as (
    select b.seq as first, b.seq as last
    from public.batches b, top
    where b.agent = %(agent)s and b.epoch = %(epoch)s and b.seq > top.before and b.seq <= top.upto
    union all
    select r.first, r.last
    from public.batch_ranges r, top
    where r.agent = %(agent)s and r.epoch = %(epoch)s
      and r.last > top.before and r.first <= top.upto
),
runs as (
    select come.first, coalesce(lag(come.last) over (order by come.first), top.before) as last
    from come, top
),
holes as (select last + 1 as first, first - 1 as last from runs where first > last + 1)
select top.before + 1 as first, top.upto as last,
       coalesce((select sum(last - first + 1) from holes), 0)::bigint as missing,
       (select count(*) from holes) as stretches,
       (select coalesce(jsonb_agg(jsonb_build_array(first, last) order by first), '[]')
        from (select first, last from holes order by first desc limit %(limit)s) latest) as ranges
from top

-- name: take_turn
select pg_try_advisory_xact_lock(%s)

-- name: take_rows
-- By place: the planner can't mistake it for a reason to read the whole table.
delete from batches
where ctid = any (array(
    select ctid from batches
    where epoch > 0 and received < %(before)s
    order by received limit %(most)s
))
returning agent, epoch, seq, seq, received, received, items, refused

-- name: take_neighbours
-- The ranges that end just below one of these, or begin just above it.
delete from batch_ranges r
using (
    select t.agent, t.epoch, near.first
    from unnest(%(agent)s::text[], %(epoch)s::bigint[], %(first)s::bigint[], %(last)s::bigint[])
         as t (agent, epoch, first, last)
    cross join lateral (
        (select first from batch_ranges
         where agent = t.agent and epoch = t.epoch and first < t.first
         order by first desc limit 1)
        union all
        (select first from batch_ranges
         where agent = t.agent and epoch = t.epoch and first > t.last
         order by first limit 1)
    ) as near
    join batch_ranges b on b.agent = t.agent and b.epoch = t.epoch and b.first = near.first
    where b.last = t.first - 1 or b.first - 1 = t.last
    group by t.agent, t.epoch, near.first
) as touched
where r.agent = touched.agent and r.epoch = touched.epoch and r.first = touched.first
returning r.agent, r.epoch, r.first, r.last, r.began, r.received, r.items, r.refused

-- name: put_ranges
insert into batch_ranges (agent, epoch, first, last, began, received, items, refused)
select * from unnest(%(agent)s::text[], %(epoch)s::bigint[], %(first)s::bigint[],
    %(last)s::bigint[], %(began)s::timestamptz[], %(received)s::timestamptz[], %(items)s::bigint[], %(refused)s::bigint[])

-- name: drop_rows_of_devices
delete from batches
where ctid = any (array(
    select ctid from batches
    where epoch <= 0 and received < %(before)s
    order by received limit %(most)s
))

-- name: claim
-- Sorted, so that two workers who were sent the same batches wait for one another in one order.
insert into batches (agent, epoch, seq, received, items, refused, origin)
select agent, epoch, seq, received, items, refused, origin
from unnest(%(agent)s::text[], %(epoch)s::bigint[], %(seq)s::bigint[],
            %(received)s::timestamptz[], %(items)s::int[], %(refused)s::int[], %(origin)s::text[])
     as t (agent, epoch, seq, received, items, refused, origin)
order by agent, epoch, seq
on conflict do nothing
returning agent, epoch, seq

-- name: reached
-- Epochs with ranges as high as these numbers: seldom any, since what is new numbers on upwards.
select t.agent, t.epoch
from unnest(%(agent)s::text[], %(epoch)s::bigint[], %(seq)s::bigint[]) as t (agent, epoch, seq)
cross join lateral (
    select last from batch_ranges
    where agent = t.agent and epoch = t.epoch
    order by first desc limit 1
) as top
where top.last >= t.seq

-- name: folded
-- One look into the index for each: ranges of an epoch do not overlap.
select t.agent, t.epoch, t.seq
from unnest(%(agent)s::text[], %(epoch)s::bigint[], %(seq)s::bigint[]) as t (agent, epoch, seq)
cross join lateral (
    select last from batch_ranges
    where agent = t.agent and epoch = t.epoch and first <= t.seq
    order by first desc limit 1
) as below
where below.last >= t.seq

-- name: give_back
delete from batches b
using unnest(%(agent)s::text[], %(epoch)s::bigint[], %(seq)s::bigint[]) as t (agent, epoch, seq)
where b.agent = t.agent and b.epoch = t.epoch and b.seq = t.seq

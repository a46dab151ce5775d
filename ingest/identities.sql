-- name: taken
select seq, origin, items, refused from batches
where agent = %(agent)s and epoch = %(epoch)s and seq = any(%(seqs)s::bigint[])
union all
select asked.seq, null, 0, 0
from unnest(%(seqs)s::bigint[]) as asked (seq)
cross join lateral (
    select last from batch_ranges
    where agent = %(agent)s and epoch = %(epoch)s and first <= asked.seq
    order by first desc limit 1
) as below
where below.last >= asked.seq

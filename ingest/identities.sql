-- name: taken
select b.epoch, b.seq, b.origin, b.items, b.refused
from unnest(%(epochs)s::bigint[], %(seqs)s::bigint[]) as asked (epoch, seq)
join batches b on b.agent = %(agent)s and b.epoch = asked.epoch and b.seq = asked.seq
union all
select asked.epoch, asked.seq, null, 0, 0
from unnest(%(epochs)s::bigint[], %(seqs)s::bigint[]) as asked (epoch, seq)
cross join lateral (
    select last from batch_ranges
    where agent = %(agent)s and epoch = asked.epoch and first <= asked.seq
    order by first desc limit 1
) as below
where below.last >= asked.seq

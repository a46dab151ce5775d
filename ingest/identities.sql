-- name: taken
select b.epoch, b.seq, b.origin, b.items, b.refused
from unnest(%(epochs)s::bigint[], %(seqs)s::bigint[]) as asked (epoch, seq)
join batches b on b.agent = %(agent)s and b.epoch = asked.epoch and b.seq = asked.seq

-- name: taken
select seq, origin, items, refused from batches
where agent = %(agent)s and epoch = %(epoch)s and seq = any(%(seqs)s::bigint[])

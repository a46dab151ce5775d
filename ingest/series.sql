-- name: spans
select s.name, extract(epoch from s.span)::bigint
from series s
join pg_class c on c.oid = to_regclass(quote_ident(s.name))
where c.relkind = 'p'

-- name: add_partition
select add_partition(%s, %s, %s)

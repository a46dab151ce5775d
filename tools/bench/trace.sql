-- name: pairs_btree
select count(*), sum(least(a.finish, b.finish) - b.start)
from bench_stays a join bench_stays b
    on a.place = b.place and a.person <> b.person and b.start >= a.start and b.start < a.finish
    and (b.start > a.start or b.id > a.id)

-- name: pairs_gist
select count(*), sum(least(a.finish, b.finish) - greatest(a.start, b.start))
from bench_stays a join bench_stays b
    on a.place = b.place and a.person <> b.person and a.during && b.during
    and (b.start > a.start or (b.start = a.start and b.id > a.id))

-- name: one_plain
select b.person, sum(least(a.last, b.last) - greatest(a.first, b.first)) as together
from hub.stays a join hub.stays b on a.place = b.place and a.person <> b.person
    and a.first < b.last and b.first < a.last
where a.person = %s group by b.person
having sum(least(a.last, b.last) - greatest(a.first, b.first)) >= 900000000

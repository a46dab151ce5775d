-- name: posts
select g.code, g.live, h.warden, h.stand_in, h.first, h.main, h.specific
from unnest(%(path)s::text[]) with ordinality as p(code, depth)
join hub.grids g on g.code = p.code
left join hub.holdings h on h.grid = g.code
where p.depth in (1, cardinality(%(path)s::text[]))
   or not coalesce((select active from hub.direct_command order by id desc limit 1), false)
order by p.depth

-- name: is_direct
select active from hub.direct_command order by id desc limit 1

-- name: leaves_at
select person, starts, ends from hub.leaves
where state = 'approved' and starts <= %(at)s and ends > %(at)s

-- name: leaves_within
select person, starts, ends from hub.leaves
where state = 'approved' and starts < %(until)s and ends > %(start)s order by starts, id

-- name: approved_leaves
select person, starts, ends from hub.leaves where state = 'approved' and ends > %(since)s

-- name: leaves
select * from hub.leaves
where ends > %(since)s and (%(people)s::text[] is null or person = any(%(people)s)
    or filed_by = %(reader)s)
order by starts, id

-- name: leave
select * from hub.leaves where id = %(id)s for update

-- name: file
insert into hub.leaves (person, starts, ends, reason, filed_by, filed)
values (%(person)s, %(starts)s, %(ends)s, %(reason)s, %(filed_by)s, %(filed)s)
returning *

-- name: decide
update hub.leaves set state = %(state)s, decided_by = %(decided_by)s, decided = %(decided)s
where id = %(id)s
returning *

-- name: end_early
update hub.leaves set ends = %(ends)s where id = %(id)s
returning *

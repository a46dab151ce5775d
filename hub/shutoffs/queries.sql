-- name: kinds
select id, kind from hub.devices where id = any(%(hydrants)s)

-- name: put
insert into hub.shut_offs (start, until, hydrants, measure, notice)
values (%(start)s, %(until)s, %(hydrants)s, %(measure)s, %(notice)s)
returning *

-- name: end
update hub.shut_offs set until = greatest(start, %(at)s), ended = %(at)s
where id = %(id)s and until > %(at)s
returning *

-- name: note
insert into hub.shut_off_events (shut_off, at, actor, event, data)
values (%(shut_off)s, %(at)s, %(actor)s, %(event)s, %(data)s)

-- name: find
select * from hub.shut_offs where id = %(id)s

-- name: newest
select * from hub.shut_offs
where (%(all)s or (until > %(now)s and until > start))
  and (%(seen)s::text[] is null or hydrants && %(seen)s)
  and (%(before)s::bigint is null
       or (start, id) < (select b.start, b.id from hub.shut_offs b where b.id = %(before)s))
order by start desc, id desc limit %(limit)s

-- name: history
select at, actor, event from hub.shut_off_events where shut_off = %(id)s order by position

-- name: mutes
select hydrant, (extract(epoch from start) * 1000000)::bigint,
       (extract(epoch from until) * 1000000)::bigint
from hub.shut_offs, unnest(hydrants) as hydrant
where until > start order by start, id

-- name: notify
select pg_notify(%(channel)s, '')

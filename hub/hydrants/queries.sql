-- name: put
insert into hub.hydrants (id, name, kind, at, owner, device, told, told_at, censused)
values (%(id)s, %(name)s, %(kind)s, %(at)s, %(owner)s, %(device)s, %(told)s, %(told_at)s, %(censused)s)
on conflict (id) do update set name = excluded.name, kind = excluded.kind, at = excluded.at,
    owner = excluded.owner, device = excluded.device, told = excluded.told,
    told_at = excluded.told_at, censused = excluded.censused

-- name: all
select * from hub.hydrants order by id

-- name: one
select * from hub.hydrants where id = %(id)s

-- name: of_device
select * from hub.hydrants where device = %(device)s

-- name: note
insert into hub.hydrant_events (hydrant, at, actor, event, note, data)
values (%(hydrant)s, %(at)s, %(actor)s, %(event)s, %(note)s, %(data)s)

-- name: history
select at, actor, event, note, data from hub.hydrant_events
where hydrant = %(hydrant)s order by position desc limit 200

-- name: lock
select pg_advisory_xact_lock(hashtext('hub.hydrants'))

-- name: tally
select count(*), (extract(epoch from min(censused)::timestamptz) * 1000000)::bigint,
       count(*) filter (where censused is null)
from hub.hydrants where told <> 'removed'

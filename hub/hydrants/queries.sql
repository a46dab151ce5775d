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

-- name: lock
select pg_advisory_xact_lock(hashtext('hub.hydrants'))

-- name: tally
select count(*), case when count(*) = count(censused) then min(censused)::timestamptz end
from hub.hydrants
where told <> 'removed' and (%(among)s::text[] is null or id = any(%(among)s))

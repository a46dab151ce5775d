-- name: put
insert into hub.equipment (id, name, kind, quantity, bought, valid_until, at, floor, place, building,
    unit, removed, checked, warned)
values (%(id)s, %(name)s, %(kind)s, %(quantity)s, %(bought)s, %(valid_until)s, %(at)s, %(floor)s,
    %(place)s, %(building)s, %(unit)s, %(removed)s, %(checked)s, %(warned)s)
on conflict (id) do update set name = excluded.name, kind = excluded.kind,
    quantity = excluded.quantity, bought = excluded.bought, valid_until = excluded.valid_until,
    at = excluded.at, floor = excluded.floor, place = excluded.place, building = excluded.building,
    unit = excluded.unit, removed = excluded.removed, checked = excluded.checked,
    warned = excluded.warned

-- name: all
select * from hub.equipment order by id

-- name: one
select * from hub.equipment where id = %(id)s

-- name: due
select * from hub.equipment
where not removed and valid_until <= %(until)s and warned is distinct from valid_until
order by id limit 500

-- name: warned
update hub.equipment set warned = valid_until where id = %(id)s

-- name: lock
select pg_advisory_xact_lock(hashtext('hub.equipment'))

-- name: spots
select 'place' as what, id, at, floor, building from hub.places
union all
select 'unit', id, at, floor, building from hub.units
union all
select 'building', id, outline, null, id from hub.buildings

-- name: consent
insert into hub.move_consents (subject, start, until, at, actor, note)
values (%(subject)s, %(start)s, %(until)s, %(at)s, %(actor)s, %(note)s)
returning id

-- name: consents
select id, subject, start, until, at, actor, note from hub.move_consents
where (%(subject)s::text is null or subject = %(subject)s)
  and (%(among)s::text[] is null or subject = any(%(among)s))
  and (%(at)s::timestamptz is null or (start <= %(at)s and until > %(at)s))
  and (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(limit)s

-- name: may_consent
select exists (select from hub.people where id = %(person)s and role = 'fire_supervisor')
    or exists (select from hub.holdings h join hub.grids g on g.code = h.grid
               where g.parent is null and %(person)s in (h.warden, h.stand_in))

-- name: tally
select count(*), case when count(*) = count(checked) then min(checked)::timestamptz end
from hub.equipment where not removed and (%(among)s::text[] is null or id = any(%(among)s))

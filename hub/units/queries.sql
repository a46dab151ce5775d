-- name: lock
select pg_advisory_xact_lock(hashtextextended('unit ' || %(unit)s, 0))

-- name: add
insert into hub.unit_entries (unit, aspect, item, source, data, note, actor, at)
values (%(unit)s, %(aspect)s, %(item)s, %(source)s, %(data)s, %(note)s, %(actor)s, %(at)s)

-- name: history
select unit, aspect, item, source, data, note, actor, at
from hub.unit_entries where unit = %(unit)s order by position

-- name: standing
-- The newest entry of each item and source; of the abilities all steps, which are folded.
select unit, aspect, item, source, data, note, actor, at from (
    select distinct on (unit, aspect, item, source) *
    from hub.unit_entries where aspect <> 'abilities'
    order by unit, aspect, item, source, position desc
) newest
union all
select unit, aspect, item, source, data, note, actor, at from (
    select * from hub.unit_entries where aspect = 'abilities' order by position
) steps

-- name: units
select u.id, u.name, u.kind, u.at, u.building, u.floor, u.grid, g.path
from hub.units u join hub.grids g on g.code = u.grid
order by u.id

-- name: tally
-- How many units the register has, and when the one that was written longest ago was.
select count(*), min(newest) from (
    select max(e.at) as newest from hub.units u join hub.unit_entries e on e.unit = u.id
    where %(among)s::text[] is null or u.id = any(%(among)s)
    group by u.id
) written

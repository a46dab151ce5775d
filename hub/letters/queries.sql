-- name: lock
lock table hub.letters in share row exclusive mode

-- name: unwritten
-- Cases of some kinds that have no letter yet and have a grid above their own, also those of late
-- that were closed while no hub wrote letters; not what was found to be nothing, or another case's.
select * from hub.cases c
where c.kind = any(%(kinds)s) and (c.open or c.opened > %(since)s)
  and cardinality(c.grid_path) > 1
  and not exists (
      select from hub.case_events e where e.case_id = c.id and e.event in ('merged', 'dismissed'))
  and not exists (select from hub.letters l where l.case_id = c.id and l.subject = 'hydrant_fault')
order by c.id limit 100

-- name: office
select g.code, g.name, h.warden, h.stand_in
from hub.grids g left join hub.holdings h on h.grid = g.code
where g.code = any(%(grids)s)

-- name: people
select id, name from hub.people where id = any(%(people)s)

-- name: next_number
insert into hub.letter_numbers as n (year, last) values (%(year)s, 1)
on conflict (year) do update set last = n.last + 1
returning last

-- name: put
insert into hub.letters (number, subject, case_id, grid, at, content, sha256)
values (%(number)s, 'hydrant_fault', %(case)s, %(grid)s, %(at)s, %(content)s, %(sha256)s)
returning id

-- name: note
insert into hub.letter_events (letter, at, actor, event, note)
values (%(letter)s, %(at)s, %(actor)s, %(event)s, %(note)s)
on conflict (letter, actor, event) do nothing

-- name: letters
select l.id, l.case_id, l.content, l.sha256, coalesce((
    select jsonb_agg(jsonb_build_object(
        'at', (extract(epoch from e.at) * 1000000)::bigint, 'actor', e.actor, 'event', e.event,
        'note', e.note) order by e.position)
    from hub.letter_events e where e.letter = l.id), '[]') as receipts
from hub.letters l join hub.cases c on c.id = l.case_id
where hub.is_seen(c, %(reach)s::text[], %(reader)s)
  and (%(id)s::bigint is null or l.id = %(id)s)
  and (%(case)s::bigint is null or l.case_id = %(case)s)
  and (%(grid)s::text is null or l.grid = %(grid)s)
  and (%(before)s::bigint is null or l.id < %(before)s)
order by l.id desc limit %(limit)s

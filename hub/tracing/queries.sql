-- name: lock
select pg_advisory_xact_lock(%(key)s)

-- name: cursor
select (select position from hub.stay_cursor), dropped_to,
       (select coalesce(max(position), dropped_to) from public.feed)
from public.feed_mark

-- name: put_cursor
insert into hub.stay_cursor (position) values (%(position)s)
on conflict (single) do update set position = excluded.position

-- name: feed_page
select position, payload from public.feed
where position > %(position)s order by position limit %(limit)s

-- name: persons
select distinct person from public.swipes

-- name: swipes
select array_send(array_agg(time)),
       array_send(array_agg(person)),
       array_send(array_agg(reader)),
       array_send(array_agg(direction)),
       array_send(array_agg(granted))
from (
    select time, person, reader, direction, granted from public.swipes
    where person = any(%(persons)s::bigint[]) and time between %(low)s and %(high)s
    order by person, time, direction desc, reader, granted
) as found

-- name: put_places
insert into hub.trace_places (name)
select distinct coalesce(h.place, d.name)
from public.devices d left join hub.devices h on h.id = d.name
where d.id = any(%(readers)s::int[])
on conflict do nothing

-- name: places_of
select d.id, p.id
from public.devices d
left join hub.devices h on h.id = d.name
join hub.trace_places p on p.name = coalesce(h.place, d.name)
where d.id = any(%(readers)s::int[])

-- name: delete_stays
delete from hub.stays
where person = any(%(persons)s::bigint[]) and anchor between %(low)s and %(high)s

-- name: delete_all
delete from hub.stays

-- name: put_stays
copy hub.stays (person, place, anchor, first, start, sure_start, sure_end, finish, last)
from stdin (format binary)

-- name: widen
update hub.trace_places set reach = greatest(reach, %(reach)s) where id = %(place)s

-- name: delete_old
delete from hub.stays s
where s.last < %(before)s and not exists (
    select from public.swipe_holds h
    where h.until > %(now)s
      and s.last >= (extract(epoch from h.start) * 1000000)::bigint
      and s.first < (extract(epoch from h.finish) * 1000000)::bigint)

-- name: around
-- Stays of some persons and all that may have met them, within a window. For each of theirs one look
-- into the index, no further back than the longest stay that there ever was in that place.
with mine as materialized (
    select s.place, greatest(s.first, %(start)s) as first, least(s.last, %(end)s) as last, p.reach
    from hub.stays s join hub.trace_places p on p.id = s.place
    where s.person = any(%(persons)s::bigint[]) and s.last > %(start)s and s.first < %(end)s
), found as (
    select distinct near.* from mine m cross join lateral (
        select id, person, place, first, start, sure_start, sure_end, finish, last from hub.stays o
        where o.place = m.place and o.first >= m.first - m.reach and o.first < m.last
          and o.last > m.first
        offset 0  -- asked stay by stay, or all stays are read
    ) as near
)
select array_send(array_agg(person)),
       array_send(array_agg(place)),
       array_send(array_agg(first)),
       array_send(array_agg(start)),
       array_send(array_agg(sure_start)),
       array_send(array_agg(sure_end)),
       array_send(array_agg(finish)),
       array_send(array_agg(last))
from found

-- name: within
select array_send(array_agg(person)),
       array_send(array_agg(place)),
       array_send(array_agg(first)),
       array_send(array_agg(start)),
       array_send(array_agg(sure_start)),
       array_send(array_agg(sure_end)),
       array_send(array_agg(finish)),
       array_send(array_agg(last))
from hub.stays where last > %(start)s and first < %(end)s

-- name: place_names
select p.id, p.name, h.name
from hub.trace_places p left join hub.places h on h.id = p.name
where p.id = any(%(places)s::bigint[])

-- name: present
select count(distinct s.person)
from hub.stays s join hub.trace_places p on p.id = s.place
where p.name = %(place)s
  and s.first between %(start)s::bigint - p.reach and %(finish)s and s.last >= %(start)s

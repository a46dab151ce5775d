-- name: lock_log
select pg_advisory_xact_lock(%(key)s)

-- name: taken_up
select case_id from hub.case_anomalies where anomaly = %(anomaly)s

-- name: open_case
select * from hub.cases
where device = %(device)s and kind = %(kind)s and open

-- name: open_case_akin
select * from hub.cases
where open and kind = any(%(kinds)s)
  and (device = any(%(subjects)s) or (place <> '' and place = %(place)s
       and not device like 'hydrant:%%' and not device like 'equipment:%%'))
order by array_position(%(subjects)s::text[], device), array_position(%(kinds)s::text[], kind), id
limit 1

-- name: open_case_beside
select * from hub.cases
where open and kind = %(kind)s and device like 'point:%%'
  and sqrt(((at ->> 0)::float8 - %(x)s) ^ 2 + ((at ->> 1)::float8 - %(y)s) ^ 2) <= %(within)s
order by sqrt(((at ->> 0)::float8 - %(x)s) ^ 2 + ((at ->> 1)::float8 - %(y)s) ^ 2), id
limit 1

-- name: open_near
select * from (
    select c.*, sqrt(((at ->> 0)::float8 - %(x)s) ^ 2 + ((at ->> 1)::float8 - %(y)s) ^ 2) as metres
    from hub.cases c where open and kind = any(%(kinds)s)
) near where metres <= %(within)s order by metres, id limit 1

-- name: open_case_breaking
select * from hub.cases
where open and (
    device = %(device)s and %(rule)s = any(breaches)
    or %(rule)s || '@' || %(device)s = any(breaches))
order by id limit 1

-- name: open_case_of_breaker
select c.* from hub.cases c
where c.open and exists (
    select from hub.case_anomalies a
    where a.case_id = c.id and a.device = %(device)s and a.rule = %(rule)s)
  and exists (select from hub.case_anomalies a where a.case_id = c.id and a.device <> c.device)
order by c.id limit 1

-- name: open_cases_holding
select c.* from hub.cases c
where c.open and exists (
    select from hub.case_anomalies a where a.case_id = c.id and a.anomaly = any(%(anomalies)s))
order by c.id

-- name: waiting_alarms
-- Open cases of smoke of which not everybody has been told.
select c.* from hub.cases c
where c.open and c.kind in ('smoke_alarm', 'fire_confirmed')
  and exists (select from hub.case_events e where e.case_id = c.id and e.seq = 1
              and e.data ->> 'kind' = 'smoke_alarm')
  and not exists (select from hub.case_events e where e.case_id = c.id and e.event = 'alarmed')
order by c.id

-- name: to_fold
select * from hub.cases where progress is null order by id limit %(limit)s

-- name: to_prove
select * from hub.cases
where id > %(after)s and (%(number)s::text is null or number = %(number)s)
order by id limit %(limit)s

-- name: put_progress
update hub.cases set progress = %(progress)s where id = %(id)s

-- name: ended_case
-- The case of a device and kind that ended last.
select * from hub.cases where device = %(device)s and kind = %(kind)s and not open
order by updated desc, id desc limit 1

-- name: case
select * from hub.cases where id = %(id)s

-- name: cases
select * from hub.cases where id = any(%(ids)s) order by id

-- name: owned
select * from hub.cases where owner = any(%(people)s) and open order by id

-- name: next_number
insert into hub.case_numbers as n (year, last) values (%(year)s, 1)
on conflict (year) do update set last = n.last + 1
returning last

-- name: insert_case
insert into hub.cases (number, kind, grade, stage, device, place, place_name, grid, grid_path, at,
    warden, owner, opened, updated, due, breaches, recurrences, quantity, unit, value, value_limit,
    head, acknowledge_by, look, look_by,
    assist, coming, progress)
values (%(number)s, %(kind)s, %(grade)s, %(stage)s, %(device)s, %(place)s, %(place_name)s, %(grid)s,
    %(grid_path)s, %(at)s, %(warden)s, %(owner)s, %(opened)s, %(updated)s, %(due)s, %(breaches)s,
    %(recurrences)s, %(quantity)s, %(unit)s, %(value)s, %(value_limit)s, %(head)s, %(acknowledge_by)s,
    %(look)s, %(look_by)s, %(assist)s, %(coming)s, %(progress)s)
returning id

-- name: append
insert into hub.case_events (case_id, seq, at, actor, event, note, data, prev_hash, hash)
values (%(case)s, %(seq)s, %(at)s, %(actor)s, %(event)s, %(note)s, %(data)s, %(prev_hash)s, %(hash)s)
returning position

-- name: project
update hub.cases set kind = %(kind)s, grade = %(grade)s, stage = %(stage)s,
    owner = %(owner)s, updated = %(updated)s, due = %(due)s, breaches = %(breaches)s, recurrences = %(recurrences)s, quantity = %(quantity)s,
    unit = %(unit)s, value = %(value)s, value_limit = %(value_limit)s, events = %(events)s,
    head = %(head)s, position = %(position)s, acknowledge_by = %(acknowledge_by)s,
    look = %(look)s, look_by = %(look_by)s, assist = %(assist)s, coming = %(coming)s,
    progress = %(progress)s
where id = %(id)s
returning *

-- name: add_anomaly
insert into hub.case_anomalies (anomaly, case_id, rule, device, started, raised, detection_time,
    quantity, unit, value, value_limit)
values (%(anomaly)s, %(case)s, %(rule)s, %(device)s, %(started)s, %(raised)s, %(detection_time)s, %(quantity)s,
    %(unit)s, %(value)s, %(value_limit)s)

-- name: notify
select pg_notify(%(channel)s, '')

-- name: log
select seq, at, actor, event, note, data, prev_hash, hash
from hub.case_events where case_id = %(case)s and seq <= %(events)s order by seq

-- name: anomalies
select anomaly, rule, started, raised, detection_time, quantity, unit, value, value_limit
from hub.case_anomalies where case_id = %(case)s order by raised, anomaly

-- name: open_page
select c.* from hub.cases c left join hub.people p on p.id = c.owner
where c.open and hub.is_wanted(c, p.name, %(grid)s, %(kinds)s, %(owner)s, %(patterns)s,
    %(stages)s, %(grades)s, %(since)s, %(until)s)
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
  and (%(before)s::bigint is null or c.id < %(before)s)
order by c.id desc
limit %(limit)s

-- name: closed_page
select c.* from hub.cases c left join hub.people p on p.id = c.owner
where not c.open and hub.is_wanted(c, p.name, %(grid)s, %(kinds)s, %(owner)s, %(patterns)s,
    %(stages)s, %(grades)s, %(since)s, %(until)s)
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
  and (%(before)s::bigint is null or c.id < %(before)s)
order by c.id desc
limit %(limit)s

-- name: all_page
select c.* from hub.cases c left join hub.people p on p.id = c.owner
where hub.is_wanted(c, p.name, %(grid)s, %(kinds)s, %(owner)s, %(patterns)s,
    %(stages)s, %(grades)s, %(since)s, %(until)s)
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
  and (%(before)s::bigint is null or c.id < %(before)s)
order by c.id desc
limit %(limit)s

-- name: of_subjects
select * from hub.cases
where device = any(%(subjects)s) and kind = any(%(kinds)s) and open
union all
(select distinct on (device) * from hub.cases
 where device = any(%(subjects)s) and kind = any(%(kinds)s) and not open
 order by device, updated desc)

-- name: confirmed
-- Cases that a person has handled, and when for the first time.
select c.place, e.case_id, min(e.at) from hub.case_events e join hub.cases c on c.id = e.case_id
where e.event = 'handled' and e.actor not like 'system:%%'
group by c.place, e.case_id order by min(e.at), e.case_id

-- name: of_places
select * from hub.cases where place = any(%(places)s)
order by (not open), id desc
limit %(limit)s

-- name: counts
select kind, count(*) as open, count(*) filter (where due < %(now)s) as overdue
from hub.cases c
where open and (%(grid)s::text is null or grid_path @> array[%(grid)s::text])
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
group by kind order by kind

-- name: head_position
select hub.head_position() as position

-- name: changed_since
select * from hub.cases where position > %(position)s order by position limit %(limit)s

-- name: snapshot_times
select e.time from public.detections e
join public.devices d on d.id = e.device
where d.name = %(device)s and e.time between %(from)s and %(to)s and e.snapshot is not null
  and e.kind = any(%(kinds)s)
order by e.time
limit %(limit)s

-- name: snapshot
select e.snapshot from public.detections e
join public.devices d on d.id = e.device
where d.name = %(device)s and e.time = %(time)s and e.snapshot is not null
limit 1

-- name: at_place
select * from hub.cases
where place = %(place)s and opened < %(finish)s
  and (stage <> 'closed' or updated >= %(start)s)
order by id desc
limit %(limit)s

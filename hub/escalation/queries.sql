-- name: state
select position, terms from hub.timer_state

-- name: lock_state
insert into hub.timer_state (position, terms) values (0, '') on conflict (one) do update
set position = hub.timer_state.position returning position, terms

-- name: set_state
update hub.timer_state set position = %(position)s, terms = %(terms)s

-- name: forget
delete from hub.case_timers where case_id = any(%(cases)s)

-- name: draw
insert into hub.case_timers (case_id, name, due, wakes)
values (%(case)s, %(name)s, %(due)s, %(wakes)s)

-- name: logs
select case_id, at, actor, event, note, data from hub.case_events
where case_id = any(%(cases)s) order by case_id, seq

-- name: waking
select distinct case_id from hub.case_timers where wakes <= %(now)s order by case_id limit %(limit)s

-- name: timers
select name, due from hub.case_timers where case_id = %(case)s order by due, name

-- name: next
select t.case_id, t.name, t.due from hub.case_timers t join hub.cases c on c.id = t.case_id
where (%(until)s::timestamptz is null or t.due < %(until)s)
  and (%(grid)s::text is null or c.grid_path @> array[%(grid)s::text])
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
order by t.due, t.case_id, t.name limit %(limit)s

-- name: desk
select id from hub.people where role = 'desk' order by id

-- name: last_day
select max(day) from hub.day_lists

-- name: first_opened
select min(opened) from hub.cases where open

-- name: unfinished
-- Open at the end of the day perhaps; what happened later is judged from the log.
select * from hub.cases where opened <= %(until)s and (open or updated > %(until)s) order by id

-- name: add_day
insert into hub.day_lists (day, until, written) values (%(day)s, %(until)s, %(written)s)
on conflict do nothing

-- name: add_item
insert into hub.day_list_items (day, case_id, grid, owner, stage, lack)
values (%(day)s, %(case)s, %(grid)s, %(owner)s, %(stage)s, %(lack)s)

-- name: days
select l.day, l.until, l.written,
    count(i.case_id) filter (where i.lack = 'not_cleared') as not_cleared,
    count(i.case_id) filter (where i.lack = 'not_reported') as not_reported
from hub.day_lists l
left join (hub.day_list_items i join hub.cases c on c.id = i.case_id
           and hub.is_seen(c, %(reach)s::text[], %(reader)s)) on i.day = l.day
where %(before)s::date is null or l.day < %(before)s
group by l.day order by l.day desc limit %(limit)s

-- name: items
select i.case_id, i.grid, i.owner, i.stage, i.lack, c.number, c.kind, c.grade, c.opened, c.due
from hub.day_list_items i join hub.cases c on c.id = i.case_id
where i.day = %(day)s and (%(grid)s::text is null or c.grid_path @> array[%(grid)s::text])
  and hub.is_seen(c, %(reach)s::text[], %(reader)s)
order by i.grid, i.case_id

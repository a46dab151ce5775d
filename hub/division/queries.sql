-- name: propose
insert into hub.proposals (reason, division, base, changes, departure, proposed_by, proposed)
values (%(reason)s, %(division)s, %(base)s, %(changes)s, %(departure)s, %(by)s, %(at)s)
returning *

-- name: proposals
-- Those about some grids, with what is new in them, and those of who reads.
select * from hub.proposals p
where (%(before)s::bigint is null or id < %(before)s)
  and (%(grids)s::text[] is null or proposed_by = %(reader)s or exists (
    select from jsonb_array_elements(p.changes) c
    where c ->> 'grid' = any(%(grids)s) or exists (
        select from jsonb_array_elements(p.division -> 'grids') g
        where g ->> 'code' = c ->> 'grid' and g ->> 'parent' = any(%(grids)s))))
order by id desc limit %(limit)s

-- name: find_proposal
select * from hub.proposals where id = %(id)s

-- name: proposal
select * from hub.proposals where id = %(id)s for update

-- name: decide
update hub.proposals set state = %(state)s, decided_by = %(by)s, decided = %(at)s, note = %(note)s
where id = %(id)s
returning *

-- name: raise_vacancy
insert into hub.vacancies (grid, post, person, kind, reason, proposal, since)
values (%(grid)s, %(post)s, %(person)s, %(kind)s, %(reason)s, %(proposal)s, %(at)s)

-- name: vacancies
select v.*, f.filled
from hub.vacancies v
cross join lateral (
    select min(s.valid_from) as filled from hub.site_versions s
    where s.kind = 'holding' and s.id = v.grid and s.valid_from > v.since and s.facts ? v.post
      and s.facts ->> v.post <> v.person
) f
where %(grids)s::text[] is null or v.grid = any(%(grids)s)
order by f.filled is not null, v.id desc
limit %(limit)s

-- name: lock_findings
lock table hub.grid_findings in share row exclusive mode

-- name: end_findings
update hub.grid_findings set until = %(at)s
where until is null and key <> all(%(keys)s)

-- name: close_violations
update hub.grid_violations v set closed = f.until
from hub.grid_findings f
where f.id = v.finding and f.until is not null and v.closed is null

-- name: begin_finding
insert into hub.grid_findings (key, kind, grid, subject, text, area_m2, shape, since)
values (%(key)s, %(kind)s, %(grid)s, %(subject)s, %(text)s, %(area_m2)s, %(shape)s, %(at)s)
on conflict (key) where until is null
do update set text = excluded.text, area_m2 = excluded.area_m2, shape = excluded.shape

-- name: overdue_findings
select f.* from hub.grid_findings f
where f.until is null and f.since <= %(before)s and f.kind = any(%(kinds)s)
  and not exists (select from hub.grid_violations v where v.finding = f.id)
order by f.id

-- name: open_violation
insert into hub.grid_violations (finding, person, opened) values (%(finding)s, %(person)s, %(at)s)
on conflict (finding) do nothing

-- name: findings
select * from hub.grid_findings
where until is null and (%(grids)s::text[] is null or grid = any(%(grids)s))
order by kind, grid, key

-- name: violations
select v.id, v.finding, v.person, v.opened, v.closed, f.kind, f.grid, f.text
from hub.grid_violations v join hub.grid_findings f on f.id = v.finding
where %(grids)s::text[] is null or f.grid = any(%(grids)s)
order by v.closed is not null, v.id desc
limit %(limit)s

-- name: open_case_paths
select grid_path from hub.cases where open

-- name: reported_grids
select distinct c.grid from hub.cases c join hub.case_events e on e.case_id = c.id
where c.updated >= %(since)s and e.at >= %(since)s and e.actor not like 'system:%%'

-- name: changes
select * from hub.admission_changes order by id

-- name: ask
insert into hub.admission_changes (category, admitted, reason, asked_by, asked)
values (%(category)s, %(admitted)s, %(reason)s, %(by)s, %(now)s)
on conflict (category) where agreed is null do nothing
returning *

-- name: find
select * from hub.admission_changes where id = %(id)s

-- name: decide
update hub.admission_changes
set agreed = %(agreed)s, decided_by = %(by)s, decided = %(now)s, note = %(note)s
where id = %(id)s and agreed is null
returning *

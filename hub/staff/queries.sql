-- name: letters
select * from hub.responsibility_letters
where %(grids)s::text[] is null or grid = any(%(grids)s) or person = %(reader)s
order by signed is not null, id desc limit %(limit)s

-- name: letter
select * from hub.responsibility_letters where id = %(id)s for update

-- name: file_letter
insert into hub.responsibility_letters (grid, person, upper, goals, expires, filed, filed_by)
values (%(grid)s, %(person)s, %(upper)s, %(goals)s, %(expires)s, %(at)s, %(by)s)
returning *

-- name: sign_letter
update hub.responsibility_letters set signed = %(signed)s, signed_by = %(by)s where id = %(id)s
returning *

-- name: switches
select * from hub.direct_command order by id desc limit %(limit)s

-- name: switch
insert into hub.direct_command (active, reason, by, at)
values (%(active)s, %(reason)s, %(by)s, %(at)s)
returning *

-- name: site_changed
select pg_notify(%(channel)s, '')

-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(person)s || chr(10) || %(key)s, 0))

-- name: forget
delete from hub.replies where at < %(before)s

-- name: reply
select request, reply from hub.replies where person = %(person)s and key = %(key)s

-- name: keep
insert into hub.replies (person, key, request, reply, at)
values (%(person)s, %(key)s, %(request)s, %(reply)s, %(at)s)

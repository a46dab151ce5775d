-- name: put
insert into hub.reporters (at, person, name, contact)
values (%(at)s, %(person)s, %(name)s, %(contact)s)
returning id

-- name: find
select * from hub.reporters where id = %(id)s

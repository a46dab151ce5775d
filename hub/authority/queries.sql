-- name: count
select count(*), min(at) from hub.authority_queries where actor = %(actor)s and at > %(since)s

-- name: put
insert into hub.authority_queries (at, actor, authority, case_number, place, start, finish, told)
values (%(at)s, %(actor)s, %(authority)s, %(case_number)s, %(place)s, %(start)s, %(finish)s,
    %(told)s)
returning id

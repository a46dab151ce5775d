-- name: lock
select pg_advisory_xact_lock(hashtextextended('watch ' || %(place)s, 0))

-- name: add
insert into hub.watch_acts (place, deed, percent, note, actor, at)
values (%(place)s, %(deed)s, %(percent)s, %(note)s, %(actor)s, %(at)s)

-- name: acts
select place, deed, percent, note, actor, at from hub.watch_acts order by position

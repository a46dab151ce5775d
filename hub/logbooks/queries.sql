-- name: note
insert into {table} ({thing}, at, actor, event, note, data)
values (%(thing)s, %(at)s, %(actor)s, %(event)s, %(note)s, %(data)s)

-- name: history
select at, actor, event, note, data from {table}
where {thing} = %(thing)s order by position desc limit 200

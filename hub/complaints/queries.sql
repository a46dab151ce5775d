-- name: put
insert into hub.complaints (at, about, said_by, words, photos, handler, ticket)
values (%(at)s, %(about)s, %(by)s, %(words)s, %(photos)s, %(handler)s, %(ticket)s)
returning id

-- name: find
select * from hub.complaints where id = %(id)s

-- name: find_by_ticket
select * from hub.complaints where ticket = %(ticket)s

-- name: newest
select * from hub.complaints
where (%(handler)s::text is null or handler = %(handler)s)
order by answered is not null, id desc
limit %(limit)s

-- name: answer
update hub.complaints set answered = %(at)s, answer = %(answer)s
where id = %(id)s and answered is null

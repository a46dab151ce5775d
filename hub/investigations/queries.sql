-- name: put
insert into hub.investigations (purpose, legal_basis, index_persons, window_start, window_end,
    hours, opened_by, opened)
values (%(purpose)s, %(legal_basis)s, %(index_persons)s, %(start)s, %(end)s, %(hours)s,
    %(opened_by)s, %(opened)s)
returning id

-- name: find
select * from hub.investigations where id = %(id)s

-- name: find_to_change
select * from hub.investigations where id = %(id)s for update

-- name: newest
select * from hub.investigations
where (%(of)s::text is null or %(of)s in (opened_by, decided_by))
  and (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(limit)s

-- name: change
update hub.investigations
set decided_by = %(decided_by)s, decided = %(decided)s, approved = %(approved)s,
    expires = %(expires)s, closed_by = %(closed_by)s, closed = %(closed)s
where id = %(id)s

-- name: hold
insert into public.swipe_holds (holder, start, finish, until)
values (%(holder)s, %(start)s, %(finish)s, %(until)s)

-- name: release
delete from public.swipe_holds where holder = %(holder)s

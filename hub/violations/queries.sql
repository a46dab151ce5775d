-- name: put
insert into hub.violations (kind, person, happened, words, evidence, recorded, recorded_by)
values (%(kind)s, %(person)s, %(happened)s, %(words)s, %(evidence)s, %(recorded)s,
    %(recorded_by)s)
returning id

-- name: newest
select * from hub.violations
where (%(person)s::text is null or person = %(person)s)
  and (%(people)s::text[] is null or person = any(%(people)s))
  and (%(before)s::bigint is null or id < %(before)s)
order by id desc
limit %(limit)s

-- name: put
insert into hub.open311_requests
    (report, case_id, token, at, service, words, address, address_id, spot, media)
values (%(report)s, %(case)s, %(token)s, %(at)s, %(service)s, %(words)s, %(address)s,
    %(address_id)s, %(spot)s, %(media)s)

-- name: of_token
select report from hub.open311_requests where token = %(token)s

-- name: requests
select o.report, o.at, o.service, o.words, o.address, o.address_id, o.spot, o.media,
    c.stage, coalesce(c.progress ->> 'unsolvable', '') as unsolvable,
    coalesce(c.open, false) as open, c.updated, c.due, c.place_name
from hub.open311_requests o left join lateral hub.case_followed(o.case_id) c on true
where (%(numbers)s::bigint[] is null or o.report = any(%(numbers)s))
  and (%(numbers)s::bigint[] is not null or o.at between %(start)s and %(end)s)
  and (%(services)s::text[] is null or o.service = any(%(services)s))
  and (%(open)s::boolean is null or %(open)s = coalesce(c.open, false))
order by o.at desc, o.report desc
limit %(limit)s offset %(skip)s

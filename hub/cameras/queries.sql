-- name: agents
select name, site from public.agents where name = any(%(names)s)

-- name: newest_pictures
-- The newest picture of each of these cameras since a time.
select d.name, newest.time
from public.devices d
cross join lateral (
    select e.time from public.detections e
    where e.device = d.id and e.time > %(since)s and e.snapshot is not null
    order by e.time desc limit 1
) newest
where d.name = any(%(names)s)

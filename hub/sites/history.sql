-- name: lock_versions
lock table hub.site_versions in share row exclusive mode

-- name: change_time
select greatest(%(now)s::timestamptz,
    max(greatest(valid_from, valid_to)) + interval '1 microsecond') from hub.site_versions

-- name: end_versions
update hub.site_versions v set valid_to = %(at)s
where v.valid_to is null and not exists (
    select from jsonb_to_recordset(%(versions)s::jsonb) as f(kind text, id text, facts jsonb)
    where f.kind = v.kind and f.id = v.id and f.facts = v.facts)

-- name: begin_versions
insert into hub.site_versions (kind, id, facts, valid_from)
select f.kind, f.id, f.facts, %(at)s
from jsonb_to_recordset(%(versions)s::jsonb) as f(kind text, id text, facts jsonb)
where not exists (select from hub.site_versions v
                  where v.kind = f.kind and v.id = f.id and v.valid_to is null)

-- name: versions_at
select kind, id, facts, valid_from, valid_to from hub.site_versions
where valid_from <= %(at)s and (valid_to is null or valid_to > %(at)s)
order by kind, id

-- name: grid_versions
select kind, id, facts, valid_from, valid_to from hub.site_versions
where (kind = 'grid' and id = %(grid)s)
   or (kind in ('holding', 'duty', 'contract') and facts ->> 'grid' = %(grid)s)
order by valid_from, kind, id

-- name: names_at
select id, facts -> 'name' from hub.site_versions
where kind = 'person' and id = any(%(people)s) and valid_from <= %(at)s
order by valid_from

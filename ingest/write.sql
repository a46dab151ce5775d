-- name: known_agents
select state from agents where name = any(%s) order by name for update

-- name: meet_agents
insert into agents (name, site, online, reported, state)
select name, site, online, reported, state
from unnest(%(name)s::text[], %(site)s::text[], %(online)s::boolean[],
            %(reported)s::timestamptz[], %(state)s::jsonb[])
     as t (name, site, online, reported, state)
order by name
on conflict (name) do update
set site = excluded.site, online = excluded.online, reported = excluded.reported,
    state = excluded.state

-- name: wake_watchers
select pg_notify(%s, '')

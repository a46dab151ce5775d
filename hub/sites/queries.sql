-- name: lock_site
lock table hub.sites in share row exclusive mode

-- name: put_site
insert into hub.sites (id, name, levels, bounds, device_kinds, care, origin, loaded)
select %(document)s::jsonb #>> '{site,id}', %(document)s::jsonb #> '{site,name}',
       %(document)s::jsonb -> 'levels', %(document)s::jsonb -> 'bounds',
       %(document)s::jsonb -> 'device_kinds', %(document)s::jsonb -> 'care',
       nullif(%(document)s::jsonb -> 'origin', 'null'), now()

-- name: clear_site
delete from hub.sites

-- name: put_people
insert into hub.people (id, name, role, more)
select p ->> 'id', p -> 'name', p ->> 'role', p - 'id' - 'name' - 'role'
from jsonb_array_elements(%(document)s::jsonb -> 'people') as p
on conflict (id) do update set name = excluded.name, role = excluded.role, more = excluded.more

-- name: put_grids
insert into hub.grids (code, parent, path, name, boundary, kind, live, building, floor, fixes)
select g.code, g.parent,
       array(select jsonb_array_elements_text(%(paths)s::jsonb -> g.code)), g.name, g.boundary,
       coalesce(g.kind, 'ordinary'), coalesce(g.live, true), g.building, g.floor,
       coalesce(g.fixes, '{}')
from jsonb_to_recordset(%(document)s::jsonb -> 'grids')
  as g(code text, parent text, name jsonb, boundary jsonb, kind text, live boolean, building text,
       floor int, fixes jsonb)
on conflict (code) do update set parent = excluded.parent, path = excluded.path,
   name = excluded.name, boundary = excluded.boundary, kind = excluded.kind, live = excluded.live,
   building = excluded.building, floor = excluded.floor, fixes = excluded.fixes

-- name: put_holdings
insert into hub.holdings (grid, warden, stand_in, first, main, specific, exception)
select h.grid, h.warden, h.stand_in, h.first, h.main, h.specific, h.exception
from jsonb_to_recordset(%(document)s::jsonb -> 'holdings')
  as h(grid text, warden text, stand_in text, first text, main text, specific text, exception text)
on conflict (grid) do update set warden = excluded.warden, stand_in = excluded.stand_in,
   first = excluded.first, main = excluded.main, specific = excluded.specific,
   exception = excluded.exception

-- name: put_duties
insert into hub.duties (id, grid, name, post, every)
select d.id, d.grid, d.name, coalesce(d.post, 'warden'), d.every
from jsonb_to_recordset(%(document)s::jsonb -> 'duties')
  as d(id text, grid text, name jsonb, post text, every text)
on conflict (id) do update set grid = excluded.grid, name = excluded.name, post = excluded.post,
   every = excluded.every

-- name: put_contracts
insert into hub.contracts (grid, facts)
select c ->> 'grid', c from jsonb_array_elements(%(document)s::jsonb -> 'contracts') as c
on conflict (grid) do update set facts = excluded.facts

-- name: put_defence_groups
insert into hub.defence_groups (id, facts)
select g ->> 'id', g from jsonb_array_elements(%(document)s::jsonb -> 'defence_groups') as g
on conflict (id) do update set facts = excluded.facts

-- name: put_buildings
insert into hub.buildings (id, name, outline, floors)
select b.id, b.name, b.outline, b.floors
from jsonb_to_recordset(%(document)s::jsonb -> 'buildings')
  as b(id text, name jsonb, outline jsonb, floors int)
on conflict (id) do update set name = excluded.name, outline = excluded.outline,
   floors = excluded.floors

-- name: put_roads
insert into hub.roads (id, line, width)
select r.id, r.line, r.width
from jsonb_to_recordset(%(document)s::jsonb -> 'roads') as r(id text, line jsonb, width float8)
on conflict (id) do update set line = excluded.line, width = excluded.width

-- name: put_places
insert into hub.places (id, name, kind, building, floor, at, zone)
select p.id, p.name, p.kind, p.building, p.floor, p.at, p.zone
from jsonb_to_recordset(%(document)s::jsonb -> 'places')
  as p(id text, name jsonb, kind text, building text, floor int, at jsonb, zone text)
on conflict (id) do update set name = excluded.name, kind = excluded.kind,
   building = excluded.building, floor = excluded.floor, at = excluded.at, zone = excluded.zone

-- name: put_devices
insert into hub.devices (id, kind, place, at, agent, report_s, owner, repair, grid)
select d.id, d.kind, d.place, d.at, d.agent, d.report_s, d.owner, d.repair,
       %(located)s::jsonb ->> d.id
from jsonb_to_recordset(%(document)s::jsonb -> 'devices')
  as d(id text, kind text, place text, at jsonb, agent text, report_s float8, owner text,
       repair text)
on conflict (id) do update set kind = excluded.kind, place = excluded.place, at = excluded.at,
   agent = excluded.agent, report_s = excluded.report_s, owner = excluded.owner,
   repair = excluded.repair, grid = excluded.grid

-- name: put_bodies
insert into hub.bodies (id, name, phone)
select b.id, b.name, b.phone
from jsonb_to_recordset(%(document)s::jsonb -> 'bodies') as b(id text, name jsonb, phone text)
on conflict (id) do update set name = excluded.name, phone = excluded.phone

-- name: put_terminals
insert into hub.terminals (id, person, report_s)
select t.id, t.person, coalesce(t.report_s, %(heartbeat)s)
from jsonb_to_recordset(%(document)s::jsonb -> 'terminals')
  as t(id text, person text, report_s float8)
on conflict (id) do update set person = excluded.person, report_s = excluded.report_s

-- name: put_agents
insert into hub.edge_agents (id, place, report_s, owner, repair, grid)
select a.id, a.place, coalesce(a.report_s, %(heartbeat)s), a.owner, a.repair, %(places)s::jsonb ->> a.place
from jsonb_to_recordset(%(document)s::jsonb -> 'agents')
  as a(id text, place text, report_s float8, owner text, repair text)
on conflict (id) do update set place = excluded.place, report_s = excluded.report_s, owner = excluded.owner,
   repair = excluded.repair, grid = excluded.grid

-- name: put_households
insert into hub.households (id, at, people, building, floor, head, grid)
select h.id, h.at, h.people, h.building, h.floor, h.head, %(households)s::jsonb ->> h.id
from jsonb_to_recordset(%(document)s::jsonb -> 'households')
  as h(id text, at jsonb, people int, building text, floor int, head text)
on conflict (id) do update set at = excluded.at, people = excluded.people,
   building = excluded.building, floor = excluded.floor, head = excluded.head, grid = excluded.grid

-- name: put_units
insert into hub.units (id, name, kind, at, building, floor, grid)
select u.id, u.name, u.kind, u.at, u.building, u.floor, %(units)s::jsonb ->> u.id
from jsonb_to_recordset(%(document)s::jsonb -> 'units')
  as u(id text, name jsonb, kind text, at jsonb, building text, floor int)
on conflict (id) do update set name = excluded.name, kind = excluded.kind, at = excluded.at,
   building = excluded.building, floor = excluded.floor, grid = excluded.grid

-- name: drop_absent
with document as (select %(document)s::jsonb as site),
devices as (
    delete from hub.devices where id not in (
        select d ->> 'id' from document, jsonb_array_elements(site -> 'devices') as d)
),
households as (
    delete from hub.households where id not in (
        select h ->> 'id' from document, jsonb_array_elements(site -> 'households') as h)
),
units as (
    delete from hub.units where id not in (
        select u ->> 'id' from document, jsonb_array_elements(site -> 'units') as u)
),
duties as (
    delete from hub.duties where id not in (
        select d ->> 'id' from document, jsonb_array_elements(site -> 'duties') as d)
),
contracts as (
    delete from hub.contracts where grid not in (
        select c ->> 'grid' from document, jsonb_array_elements(site -> 'contracts') as c)
),
defence_groups as (
    delete from hub.defence_groups where id not in (
        select g ->> 'id' from document, jsonb_array_elements(site -> 'defence_groups') as g)
),
places as (
    delete from hub.places where id not in (
        select p ->> 'id' from document, jsonb_array_elements(site -> 'places') as p)
),
terminals as (
    delete from hub.terminals where id not in (
        select t ->> 'id' from document, jsonb_array_elements(site -> 'terminals') as t)
),
agents as (
    delete from hub.edge_agents where id not in (
        select a ->> 'id' from document, jsonb_array_elements(site -> 'agents') as a)
),
bodies as (
    delete from hub.bodies where id not in (
        select b ->> 'id' from document, jsonb_array_elements(site -> 'bodies') as b)
),
buildings as (
    delete from hub.buildings where id not in (
        select b ->> 'id' from document, jsonb_array_elements(site -> 'buildings') as b)
),
roads as (
    delete from hub.roads where id not in (
        select r ->> 'id' from document, jsonb_array_elements(site -> 'roads') as r)
),
holdings as (
    delete from hub.holdings where grid not in (
        select h ->> 'grid' from document, jsonb_array_elements(site -> 'holdings') as h)
),
grids as (
    delete from hub.grids where code not in (
        select g ->> 'code' from document, jsonb_array_elements(site -> 'grids') as g)
)
delete from hub.people where id not in (
    select p ->> 'id' from document, jsonb_array_elements(site -> 'people') as p)

-- name: register_devices
insert into public.devices (name)
select n.name from jsonb_array_elements_text(%(names)s::jsonb) as n(name)
where not exists (select from public.devices d where d.name = n.name and d.registered)
on conflict (name) do update set registered = true

-- name: unregister_devices
update public.devices set registered = false
where name in (select id from hub.devices union all select id from hub.terminals)
  and name not in (select jsonb_array_elements_text(%(names)s::jsonb))

-- name: site_changed
select pg_notify(%(channel)s, '')

-- name: site
select jsonb_build_object(
    'format', 1,
    'site', jsonb_build_object('id', s.id, 'name', s.name),
    'levels', s.levels,
    'bounds', s.bounds,
    'origin', s.origin,
    'device_kinds', s.device_kinds,
    'care', s.care,
    'bodies', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'name', name, 'phone', phone) order by id) from hub.bodies), '[]'),
    'agents', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'place', place, 'report_s', report_s, 'owner', owner, 'repair', repair)
        order by id) from hub.edge_agents), '[]'),
    'terminals', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'person', person, 'report_s', report_s) order by id) from hub.terminals), '[]'),
    'grids', coalesce((select jsonb_agg(jsonb_build_object(
        'code', code, 'parent', parent, 'name', name, 'boundary', boundary, 'kind', kind,
        'live', live, 'building', building, 'floor', floor, 'fixes', fixes) order by code)
        from hub.grids), '[]'),
    'people', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'name', name, 'role', role) || more order by id) from hub.people), '[]'),
    'holdings', coalesce((select jsonb_agg(jsonb_build_object(
        'grid', grid, 'warden', warden, 'stand_in', stand_in, 'first', first, 'main', main,
        'specific', specific, 'exception', exception) order by grid)
        from hub.holdings), '[]'),
    'buildings', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'name', name, 'outline', outline, 'floors', floors) order by id)
        from hub.buildings), '[]'),
    'roads', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'line', line, 'width', width) order by id) from hub.roads), '[]'),
    'places', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'name', name, 'kind', kind, 'building', building, 'floor', floor, 'at', at,
        'zone', zone) order by id) from hub.places), '[]'),
    'devices', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'kind', kind, 'place', place, 'at', at, 'agent', agent, 'report_s', report_s,
        'owner', owner, 'repair', repair) order by id) from hub.devices), '[]'),
    'households', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'at', at, 'people', people, 'building', building, 'floor', floor, 'head', head)
        order by id) from hub.households), '[]'),
    'units', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'name', name, 'kind', kind, 'at', at, 'building', building, 'floor', floor)
        order by id) from hub.units), '[]'),
    'duties', coalesce((select jsonb_agg(jsonb_build_object(
        'id', id, 'grid', grid, 'name', name, 'post', post, 'every', every)
        order by id) from hub.duties), '[]'),
    'contracts', coalesce((select jsonb_agg(facts order by grid) from hub.contracts), '[]'),
    'defence_groups', coalesce((select jsonb_agg(facts order by id)
        from hub.defence_groups), '[]')
)::text
from hub.sites s

-- name: spots
select jsonb_object_agg(d.id, jsonb_build_object(
    'device', d.id, 'kind', d.kind, 'place', d.place, 'place_name', p.name, 'at', d.at,
    'grid', d.grid, 'grid_path', to_jsonb(g.path), 'warden', h.warden, 'stand_in', h.stand_in,
    'agent', d.agent, 'report_s', d.report_s, 'building', p.building, 'zone', p.zone,
    'owner', coalesce(d.owner, s.care -> d.kind ->> 'owner'),
    'repair', coalesce(d.repair, s.care -> d.kind ->> 'repair')))::text
from hub.sites s
cross join hub.devices d
join hub.places p on p.id = d.place
join hub.grids g on g.code = d.grid
left join hub.holdings h on h.grid = d.grid

-- name: agent_spots
select jsonb_object_agg(a.id, jsonb_build_object(
    'device', a.id, 'kind', 'agent', 'place', a.place, 'place_name', p.name, 'at', p.at,
    'grid', a.grid, 'grid_path', to_jsonb(g.path), 'warden', h.warden, 'stand_in', h.stand_in,
    'agent', a.id, 'report_s', a.report_s, 'building', p.building, 'zone', p.zone))::text
from hub.edge_agents a
join hub.places p on p.id = a.place
join hub.grids g on g.code = a.grid
left join hub.holdings h on h.grid = a.grid

-- name: grids
select coalesce(jsonb_agg(jsonb_build_object(
    'code', code, 'parent', parent, 'name', name, 'boundary', boundary, 'kind', kind,
    'live', live, 'building', building, 'floor', floor, 'fixes', fixes) order by code), '[]')::text
from hub.grids

-- name: place
select name, kind, building, floor, at from hub.places where id = %(place)s

-- name: holding
select warden, stand_in from hub.holdings where grid = %(grid)s

-- name: nearest_place
select p.name from hub.places p
where sqrt(((p.at ->> 0)::float8 - %(x)s) ^ 2 + ((p.at ->> 1)::float8 - %(y)s) ^ 2) <= %(within)s
order by sqrt(((p.at ->> 0)::float8 - %(x)s) ^ 2 + ((p.at ->> 1)::float8 - %(y)s) ^ 2), p.id
limit 1

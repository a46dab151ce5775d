-- The territory over time: every boundary, holder and duty with valid-from and valid-to; and what
-- lies in a grid besides devices. The tables of 0001 stay the present view.

alter table hub.sites add column origin jsonb;
comment on column hub.sites.origin is 'Longitude and latitude of the point (0, 0).';

alter table hub.grids
    add column kind     text not null default 'ordinary',
    add column live     boolean not null default true,
    add column building text references hub.buildings deferrable initially deferred,
    add column floor    int,
    add column fixes    jsonb not null default '{}';

alter table hub.holdings
    add column first     text references hub.people deferrable initially deferred,
    add column main      text references hub.people deferrable initially deferred,
    add column specific  text references hub.people deferrable initially deferred,
    add column exception text;
comment on column hub.holdings.exception is 'Why the warden holds another leaf grid as well.';

create table hub.duties (
    id    text primary key,
    grid  text not null references hub.grids deferrable initially deferred,
    name  jsonb not null,
    post  text not null,
    every text
);

create table hub.households (
    id       text primary key,
    at       jsonb not null,
    people   int not null,
    building text references hub.buildings deferrable initially deferred,
    floor    int,
    head     text references hub.people deferrable initially deferred,
    grid     text not null references hub.grids deferrable initially deferred
);

create table hub.units (
    id       text primary key,
    name     jsonb not null,
    kind     text not null,
    at       jsonb not null,
    building text references hub.buildings deferrable initially deferred,
    floor    int,
    grid     text not null references hub.grids deferrable initially deferred
);

create table hub.site_versions (
    kind       text not null check (kind in ('grid', 'holding', 'duty', 'person')),
    id         text not null,
    facts      jsonb not null,
    valid_from timestamptz not null,
    valid_to   timestamptz check (valid_to > valid_from),
    primary key (kind, id, valid_from)
);
create unique index site_versions_now on hub.site_versions (kind, id) where valid_to is null;
create index site_versions_of_grid on hub.site_versions ((facts ->> 'grid'), valid_from);
comment on table hub.site_versions is
    'What the site file has said of each grid, holding, duty and person: from valid_from until before valid_to.';
comment on column hub.site_versions.facts is 'The entry as the site file writes it, defaults left out.';

create function hub.keep_version() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.valid_to is null
       and (new.kind, new.id, new.facts, new.valid_from) = (old.kind, old.id, old.facts, old.valid_from)
    then
        return new;
    end if;
    raise exception '% refused: a version of the territory only ever ends', tg_op
        using errcode = 'restrict_violation', hint = 'Load or propose a new site file.';
end
$$;
create trigger keep_version before update or delete on hub.site_versions
    for each row execute function hub.keep_version();
create trigger keep_versions before truncate on hub.site_versions
    for each statement execute function hub.refuse_change();

insert into hub.site_versions (kind, id, facts, valid_from)
select 'grid', g.code, jsonb_build_object('code', g.code, 'parent', g.parent, 'name', g.name,
       'boundary', g.boundary), s.loaded
from hub.grids g, hub.sites s
union all
select 'holding', h.grid, jsonb_strip_nulls(jsonb_build_object('grid', h.grid, 'warden', h.warden,
       'stand_in', h.stand_in)), s.loaded
from hub.holdings h, hub.sites s
union all
select 'person', p.id, jsonb_build_object('id', p.id, 'name', p.name, 'role', p.role), s.loaded
from hub.people p, hub.sites s;

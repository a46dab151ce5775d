-- The site: grids, who holds them, places and devices. Geometry is kept as the site file writes
-- it (JSON rings of planar metres); what lies where is worked out when the file is loaded.

create schema if not exists hub;

create table hub.sites (
    single boolean primary key default true check (single),
    id     text not null,
    name   jsonb not null,
    levels jsonb not null,
    bounds jsonb not null,
    loaded timestamptz not null
);
comment on table hub.sites is 'One row: a hub supervises one site.';

create table hub.people (
    id   text primary key,
    name jsonb not null,
    role text not null
);

create table hub.grids (
    code     text primary key,
    parent   text references hub.grids deferrable initially deferred,
    path     text[] not null,
    name     jsonb not null,
    boundary jsonb not null
);
comment on column hub.grids.path is 'Codes from the root down to the grid itself.';

create table hub.holdings (
    grid     text primary key references hub.grids deferrable initially deferred,
    warden   text not null references hub.people deferrable initially deferred,
    stand_in text references hub.people deferrable initially deferred
);

create table hub.buildings (
    id      text primary key,
    name    jsonb not null,
    outline jsonb not null,
    floors  int not null
);

create table hub.roads (
    id    text primary key,
    line  jsonb not null,
    width float8 not null
);

create table hub.places (
    id       text primary key,
    name     jsonb not null,
    kind     text not null,
    building text references hub.buildings deferrable initially deferred,
    floor    int,
    at       jsonb not null
);

create table hub.devices (
    id       text primary key,
    kind     text not null,
    place    text not null references hub.places deferrable initially deferred,
    at       jsonb not null,
    agent    text not null,
    report_s float8 not null,
    grid     text not null references hub.grids deferrable initially deferred
);
comment on column hub.devices.grid is 'The leaf grid that the device stands in.';

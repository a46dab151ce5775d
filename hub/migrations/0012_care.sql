-- Who owns and who repairs each device and agent, and where agents stand (SE-01).

create table hub.bodies (
    id    text primary key,
    name  jsonb not null,
    phone text
);
comment on table hub.bodies is 'Departments, companies and authorities that own or repair devices.';

alter table hub.sites add column care jsonb not null default '{}';
comment on column hub.sites.care is 'Owner and repairer of each kind of device that names no own.';

alter table hub.devices
    add column owner  text references hub.bodies deferrable initially deferred,
    add column repair text references hub.bodies deferrable initially deferred;

create table hub.edge_agents (
    id     text primary key,
    place  text references hub.places deferrable initially deferred,
    report_s float8 not null,
    owner  text references hub.bodies deferrable initially deferred,
    repair text references hub.bodies deferrable initially deferred,
    grid   text references hub.grids deferrable initially deferred
);
comment on table hub.edge_agents is 'Agents that the site file lists; others stand with their devices.';

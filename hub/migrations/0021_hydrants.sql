-- The register of hydrants and other water sources (SE-05). A row is what is written down now;
-- `hydrant_events` says who wrote what when, and is append-only. What the register shows as a
-- hydrant's state is worked out of this, of its cases and of the planned shut-offs.

create table hub.hydrants (
    id       text primary key,
    name     jsonb not null,
    kind     text not null check (
        kind in ('hydrant', 'indoor_hydrant', 'pond', 'tank', 'river', 'well')),
    at       jsonb not null,
    owner    text not null,
    device   text unique,
    told     text not null check (
        told in ('in_order', 'low_pressure', 'damaged', 'no_water', 'shut_off', 'out_for_repair', 'removed')),
    told_at  timestamptz not null,
    censused date
);
comment on column hub.hydrants.device is 'The sensor that watches it; null: none does.';
comment on column hub.hydrants.told is 'The state that a person told last, at `told_at`.';
comment on column hub.hydrants.censused is 'Day on which somebody last looked at it on the spot.';

create table hub.hydrant_events (
    position bigint generated always as identity primary key,
    hydrant  text not null references hub.hydrants,
    at       timestamptz not null,
    actor    text not null,
    event    text not null check (event in ('registered', 'corrected', 'census')),
    note     text not null,
    data     jsonb not null
);
create index hydrant_events_by_hydrant on hub.hydrant_events (hydrant, position);

create trigger append_only before update or delete or truncate on hub.hydrant_events
    for each statement execute function hub.refuse_change();
alter table hub.hydrant_events enable always trigger append_only;

create index cases_by_device on hub.cases (device, updated desc);

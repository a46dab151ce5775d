-- Planned shut-offs of the water supply (SE-08): while one lasts, pressure rules of its hydrants
-- write to the log only. `shut_off_events` says who did what and is append-only.

create table hub.shut_offs (
    id       bigint generated always as identity primary key,
    start    timestamptz not null,
    until    timestamptz not null check (until >= start),
    hydrants text[] not null check (cardinality(hydrants) > 0),
    measure  text not null check (measure <> ''),
    notice   text not null check (notice <> ''),
    ended    timestamptz
);
comment on column hub.shut_offs.until is 'When the rules are armed again: as planned, or as ended before.';
comment on column hub.shut_offs.measure is 'The interim measure: how a fire is fought meanwhile.';
comment on column hub.shut_offs.notice is 'What the residents were told.';
comment on column hub.shut_offs.ended is 'When somebody ended it before its time; null: nobody did.';
create index shut_offs_by_end on hub.shut_offs (until);

create table hub.shut_off_events (
    position bigint generated always as identity primary key,
    shut_off bigint not null references hub.shut_offs,
    at       timestamptz not null,
    actor    text not null,
    event    text not null check (event in ('planned', 'ended')),
    data     jsonb not null
);
create index shut_off_events_by_shut_off on hub.shut_off_events (shut_off);

create trigger append_only before update or delete or truncate on hub.shut_off_events
    for each statement execute function hub.refuse_change();
alter table hub.shut_off_events enable always trigger append_only;

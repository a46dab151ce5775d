-- What people did with places on the watch list (SE-26): enrolled by hand, rectification, release.
-- That a place is on the list after its cases is worked out of the cases' log, never stored.

create table hub.watch_acts (
    position bigint generated always as identity primary key,
    place    text not null,
    deed     text not null check (deed in ('enrol', 'progress', 'release')),
    percent  int check (percent between 0 and 100),
    note     text not null check (note <> ''),
    actor    text not null,
    at       timestamptz not null
);

create trigger append_only before update or delete or truncate on hub.watch_acts
    for each statement execute function hub.refuse_change();
alter table hub.watch_acts enable always trigger append_only;

create index case_events_handled on hub.case_events (case_id, at) where event = 'handled';

-- The register of units (SE-11): what is known of each unit of the site, as entries that are only
-- ever added. Of each item the newest observed and the newest declared entry stand side by side.

create table hub.unit_entries (
    position bigint generated always as identity primary key,
    unit     text not null,
    aspect   text not null check (aspect in ('class', 'managers', 'equipment', 'paper', 'abilities')),
    item     text not null default '',
    source   text not null check (source in ('observed', 'declared')),
    data     jsonb not null,
    note     text not null default '',
    actor    text not null,
    at       timestamptz not null
);
comment on column hub.unit_entries.unit is 'Id in the site file; entries of a unit that went stay.';
comment on column hub.unit_entries.item is 'Which paper; empty where an aspect has one item only.';
create index unit_entries_by_unit on hub.unit_entries (unit, aspect, item, source, position desc);

create trigger append_only before update or delete or truncate on hub.unit_entries
    for each statement execute function hub.refuse_change();
alter table hub.unit_entries enable always trigger append_only;

create table hub.replies (
    person  text not null,
    key     text not null,
    request bytea not null,
    reply   jsonb not null,
    at      timestamptz not null,
    primary key (person, key)
);
create index replies_by_age on hub.replies (at);
comment on table hub.replies is 'Answers by Idempotency-Key, kept for a day; request is a SHA-256.';

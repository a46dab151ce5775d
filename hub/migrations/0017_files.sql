-- Files of buildings, yards, units, enterprises and households (SE-12): versions of their parts,
-- only ever added; documents by the hash of their content; and the totals of people who need help
-- in an evacuation (SE-27, PR-08), one number per building.

create table hub.attachments (
    hash  bytea primary key check (length(hash) = 32),
    type  text not null,
    name  text not null,
    bytes bytea not null,
    actor text not null,
    at    timestamptz not null
);
comment on column hub.attachments.hash is 'SHA-256 of bytes.';
alter table hub.attachments alter column bytes set storage external;  -- photos don't compress

create table hub.file_entries (
    position    bigint generated always as identity primary key,
    kind        text not null check (kind in ('building', 'yard', 'unit', 'enterprise', 'household')),
    subject     text not null,
    part        text not null,
    source      text not null check (source in ('observed', 'declared')),
    data        jsonb not null,
    attachments text[] not null default '{}',
    note        text not null default '',
    actor       text not null,
    at          timestamptz not null
);
comment on column hub.file_entries.subject is 'Id in the site file; entries of what went stay.';
comment on column hub.file_entries.attachments is 'Hashes, hexadecimal.';
create index file_entries_by_file on hub.file_entries (kind, subject, part, source, position desc);
create index file_entries_by_attachment on hub.file_entries using gin (attachments);

create trigger append_only before update or delete or truncate on hub.file_entries
    for each statement execute function hub.refuse_change();
alter table hub.file_entries enable always trigger append_only;

create table hub.evacuation_totals (
    position bigint generated always as identity primary key,
    building text not null,
    people   int not null check (people between 0 and 100000),
    source   text not null check (source in ('observed', 'declared')),
    actor    text not null,
    at       timestamptz not null
);
comment on table hub.evacuation_totals is 'Totals per building, never who they are.';
create index evacuation_totals_by_building on hub.evacuation_totals (building, source, position desc);

create trigger append_only before update or delete or truncate on hub.evacuation_totals
    for each statement execute function hub.refuse_change();
alter table hub.evacuation_totals enable always trigger append_only;

create index cases_by_place on hub.cases (place);

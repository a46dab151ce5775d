-- Tracing: stays folded from swipes, the frame in which they may be read, and the log of reading.

create table hub.audit_log (
    position  bigint generated always as identity primary key,
    seq       bigint not null unique,
    at        timestamptz not null,
    actor     text not null,
    action    text not null,
    subject   text not null,
    data      jsonb not null,
    prev_hash bytea not null,
    hash      bytea not null
);
comment on table hub.audit_log is
    'Who opened, approved, read or exported personal data. Append-only and hash-chained.';
create trigger append_only before update or delete or truncate on hub.audit_log
    for each statement execute function hub.refuse_change();
alter table hub.audit_log enable always trigger append_only;

create table hub.investigations (
    id            bigint generated always as identity primary key,
    purpose       text not null check (purpose <> ''),
    legal_basis   text not null check (legal_basis <> ''),
    index_persons bigint[] not null check (cardinality(index_persons) > 0),
    window_start  timestamptz not null,
    window_end    timestamptz not null check (window_end > window_start),
    hours         int not null check (hours > 0),
    opened_by     text not null,
    opened        timestamptz not null,
    decided_by    text check (decided_by <> opened_by),
    decided       timestamptz,
    approved      boolean,
    expires       timestamptz,
    closed_by     text,
    closed        timestamptz
);
comment on column hub.investigations.decided_by is 'Who approved or refused it; never who asked.';
comment on column hub.investigations.expires is 'From then on nothing can be read under it.';

create table hub.trace_places (
    id    bigint generated always as identity primary key,
    name  text not null unique,
    reach bigint not null default 0
);
comment on column hub.trace_places.reach is
    'The longest stay here that there ever was, in microseconds: how far back an overlap may begin.';

create table hub.stays (
    id         bigint generated always as identity primary key,
    person     bigint not null,
    place      bigint not null references hub.trace_places,
    anchor     bigint not null,
    first      bigint not null,
    start      bigint not null,
    sure_start bigint not null,
    sure_end   bigint not null,
    finish     bigint not null,
    last       bigint not null
);
create index stays_by_person on hub.stays (person, anchor);
create index stays_by_place on hub.stays (place, first);
create index stays_by_end on hub.stays (last);
comment on table hub.stays is
    'Folded from swipes and made anew from them at any time. Times are microseconds UTC, as the kernel
takes them; `anchor` is the swipe that opened the stay, or the one that closed it.';

create table hub.stay_cursor (
    single   boolean primary key default true check (single),
    position bigint not null
);
comment on table hub.stay_cursor is 'The feed row up to which stays are folded; none: not at all yet.';

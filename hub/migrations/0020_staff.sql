-- Who contracts which grid, what is known of members, joint-defence groups, responsibility letters,
-- and direct command.

alter table hub.people add column more jsonb not null default '{}';
comment on column hub.people.more is
    'Education, real-name registration, contract end, grid: what the site file says of them.';

create table hub.contracts (
    grid  text primary key references hub.grids deferrable initially deferred,
    facts jsonb not null
);
comment on table hub.contracts is 'Which upper leader or body contracts (分包) a grid, and who supports and supervises.';

create table hub.defence_groups (
    id    text primary key,
    facts jsonb not null
);

alter table hub.site_versions drop constraint site_versions_kind_check;
alter table hub.site_versions add constraint site_versions_kind_check
    check (kind in ('grid', 'holding', 'duty', 'person', 'contract'));

create table hub.letters (
    id        bigint generated always as identity primary key,
    grid      text not null,
    person    text not null,
    upper     text,
    goals     text not null check (goals <> ''),
    expires   date not null,
    filed     timestamptz not null,
    filed_by  text not null,
    signed    date check (signed <= expires),
    signed_by text,
    check ((signed is null) = (signed_by is null))
);
comment on table hub.letters is 'Responsibility letters: what a grid''s holder answers for to the next higher one.';
create index letters_of_grid on hub.letters (grid);

create table hub.direct_command (
    id     bigint generated always as identity primary key,
    active boolean not null,
    reason text not null check (reason <> ''),
    by     text not null,
    at     timestamptz not null
);
comment on table hub.direct_command is
    'Each switch to and from direct command, append-only; the newest row is in force.';
create trigger append_only before update or delete or truncate on hub.direct_command
    for each statement execute function hub.refuse_change();

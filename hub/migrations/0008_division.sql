-- The division: how it changes (proposed, decided, filed), and what is wrong with it for how long.

create table hub.proposals (
    id          bigint generated always as identity primary key,
    reason      text not null,
    division    jsonb not null,
    base        bytea not null,
    changes     jsonb not null,
    proposed_by text not null,
    proposed    timestamptz not null,
    state       text not null default 'proposed'
                check (state in ('proposed', 'approved', 'refused', 'withdrawn')),
    decided_by  text,
    decided     timestamptz,
    note        text not null default '',
    check ((state = 'proposed') = (decided_by is null)),
    check (state <> 'approved' or decided_by <> proposed_by)
);
comment on column hub.proposals.division is 'Levels, grids, people, holdings and duties as they shall be.';
comment on column hub.proposals.base is 'Hash of the same parts of the site when it was proposed.';

create table hub.grid_findings (
    id      bigint generated always as identity primary key,
    key     text not null,
    kind    text not null,
    grid    text not null,
    subject text not null,
    text    text not null,
    area_m2 float8 not null,
    shape   jsonb not null,
    since   timestamptz not null,
    until   timestamptz
);
create unique index grid_findings_open on hub.grid_findings (key) where until is null;
comment on table hub.grid_findings is 'Gaps, overlaps and unassigned grids, from when to when the check found them.';

create table hub.grid_violations (
    id      bigint generated always as identity primary key,
    finding bigint not null unique references hub.grid_findings,
    person  text,
    opened  timestamptz not null,
    closed  timestamptz
);
comment on table hub.grid_violations is
    'A blank that lasts is held against the person responsible when it was opened.';

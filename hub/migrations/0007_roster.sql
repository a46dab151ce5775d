-- The roster: leave, filed and approved; and until when a case may wait for its owner.

create table hub.leaves (
    id       bigint generated always as identity primary key,
    person   text not null,
    starts   timestamptz not null,
    ends     timestamptz not null check (ends > starts),
    reason   text not null,
    state    text not null default 'filed'
             check (state in ('filed', 'approved', 'refused', 'withdrawn')),
    filed_by text not null,
    filed    timestamptz not null,
    decided_by text,
    decided    timestamptz,
    check ((state = 'filed') = (decided_by is null)),
    check (state <> 'approved' or (decided_by <> person and decided_by <> filed_by))
);
create index leaves_by_end on hub.leaves (ends);
comment on table hub.leaves is 'Only an approved leave moves anything; nobody approves their own.';

alter table hub.cases add column acknowledge_by timestamptz;
comment on column hub.cases.acknowledge_by is
    'Until when the owner may leave the case unaccepted; then the stand-in gets it.';
create index cases_unacknowledged on hub.cases (acknowledge_by) where acknowledge_by is not null;
create index cases_open_by_owner on hub.cases (owner) where stage <> 'closed';

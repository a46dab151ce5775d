-- What falls due when, case by case; and what each day left over.

create table hub.case_timers (
    case_id bigint not null references hub.cases,
    name    text not null,
    due     timestamptz not null,
    wakes   timestamptz,
    primary key (case_id, name)
);
create index case_timers_by_wakes on hub.case_timers (wakes) where wakes is not null;
create index case_timers_by_due on hub.case_timers (due, case_id);
comment on table hub.case_timers is
    'Drawn from the log of each case and the plan; what is in it can be drawn anew at any time.';
comment on column hub.case_timers.wakes is
    'When the hub looks at it: when it is due, later if nobody could be found then; null: never.';

create table hub.timer_state (
    one      bool primary key default true check (one),
    position bigint not null,
    terms    bytea not null
);
comment on table hub.timer_state is
    'Up to which position of the log of cases the timers are drawn, and by which limits (a hash).';

create table hub.day_lists (
    day     date primary key,
    until   timestamptz not null,
    written timestamptz not null
);
comment on table hub.day_lists is
    'Days of which it is written down what was not cleared and reported at their end (日清日报).';

create table hub.day_list_items (
    day     date not null references hub.day_lists,
    case_id bigint not null references hub.cases,
    grid    text not null,
    owner   text,
    stage   text not null,
    lack    text not null check (lack in ('not_cleared', 'not_reported')),
    primary key (day, case_id)
);
create trigger append_only before update or delete or truncate on hub.day_lists
    for each statement execute function hub.refuse_change();
create trigger append_only before update or delete or truncate on hub.day_list_items
    for each statement execute function hub.refuse_change();

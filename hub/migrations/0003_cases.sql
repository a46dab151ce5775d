-- Cases: the file that drives a hazard to a verified close. `case_events` is the truth, append-only
-- and hash-chained; `cases` is what it folds to, kept in the same transaction for quick reading.

create table hub.cases (
    id          bigint generated always as identity primary key,
    number      text not null unique,
    kind        text not null,
    grade       text not null,
    stage       text not null check (
        stage in ('discovered', 'accepted', 'dispatched', 'handled', 'verified', 'closed')),
    device      text not null,
    place       text not null,
    place_name  jsonb not null,
    grid        text not null,
    grid_path   text[] not null,
    at          jsonb not null,
    warden      text,
    owner       text,
    opened      timestamptz not null,
    updated     timestamptz not null,
    due         timestamptz,
    breaches    text[] not null,
    recurrences int not null,
    quantity    text not null,
    unit        text not null,
    value       float8,
    value_limit float8,
    events      int not null default 0,
    head        bytea not null,
    position    bigint not null default 0
);
comment on column hub.cases.place is
    'Place, grid and warden are those of the opening: later changes of the site move no old case.';
comment on column hub.cases.breaches is 'Rules that the device breaks still; none: it has recovered.';
comment on column hub.cases.events is 'How many events the case has; `head` is the hash of the last.';
comment on column hub.cases.position is 'Position in the log of the last event.';

create unique index cases_one_open on hub.cases (device, kind) where stage <> 'closed';
create index cases_by_position on hub.cases (position);
create index cases_still_open on hub.cases (id) where stage <> 'closed';

create function hub.is_wanted(
    c hub.cases, owner_name jsonb, grid text, kind text, owner text, patterns text[]
) returns boolean language sql stable return
    (grid is null or c.grid_path @> array[grid])
    and (kind is null or c.kind = kind)
    and (owner is null or c.owner = owner)
    and (patterns is null or concat_ws(E'\n', c.number, c.kind, c.device, c.grid,
        c.place_name ->> 'en', c.place_name ->> 'zh', owner_name ->> 'en', owner_name ->> 'zh'
    ) ~* all (patterns));
comment on function hub.is_wanted is
    'Whether a case passes a filter; what is null is not asked. Every pattern must be found in its text.
Written as one expression without subqueries, so that PostgreSQL puts it into the query that asks.';

create table hub.case_events (
    position  bigint generated always as identity primary key,
    case_id   bigint not null references hub.cases,
    seq       int not null,
    at        timestamptz not null,
    actor     text not null,
    event     text not null,
    note      text not null,
    data      jsonb not null,
    prev_hash bytea not null,
    hash      bytea not null,
    unique (case_id, seq)
);
comment on column hub.case_events.position is
    'Grows in commit order: drawn under the lock locks.CASE_LOG, which is held until the commit.';

create function hub.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% refused: %.% is append-only', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation',
              hint = 'Add an event that corrects the earlier one.';
end
$$;

create trigger append_only before update or delete or truncate on hub.case_events
    for each statement execute function hub.refuse_change();
alter table hub.case_events enable always trigger append_only;

create table hub.case_anomalies (
    anomaly        bigint primary key,
    case_id        bigint not null references hub.cases,
    rule           text not null,
    started        timestamptz not null,
    raised         timestamptz not null,
    detection_time timestamptz,
    quantity       text not null,
    unit           text not null,
    value          float8,
    value_limit    float8
);
create index case_anomalies_by_case on hub.case_anomalies (case_id);
comment on table hub.case_anomalies is 'Which anomalies a case has taken up; each is taken up once.';

create table hub.case_numbers (
    year int primary key,
    last int not null
);

create table hub.case_replies (
    person  text not null,
    key     text not null,
    request bytea not null,
    reply   jsonb not null,
    at      timestamptz not null,
    primary key (person, key)
);
create index case_replies_by_age on hub.case_replies (at);
comment on table hub.case_replies is
    'What was answered to a step sent with an Idempotency-Key, for the case that it comes again.';

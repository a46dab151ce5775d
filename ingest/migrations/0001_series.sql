-- The time-series schema: names, raw series, what was committed, what could not be decoded.
--
-- Times are event times unless the column is called `received`. One B-tree per raw table: each
-- more costs a third of the writing speed.

-- Names ------------------------------------------------------------------------------------

create table devices (
    id         int generated always as identity primary key,
    name       text not null unique,
    registered boolean not null default true,
    first_seen timestamptz not null default now()
);
create index on devices (registered) where not registered;  -- counted before a name is added
comment on table devices is
    'Every device name that was registered by the hub or seen in a message; agents are devices too.';
comment on column devices.registered is 'False: ingest met the name in a message before the hub knew it.';

create table quantities (
    id   smallint generated always as identity primary key,
    name text not null unique
);

-- Raw series ---------------------------------------------------------------------------------
-- Hypertables where TimescaleDB is loaded, native range partitions (added by ingest as the data
-- needs them) where it is not. Readers and writers see the same tables.

create table series (
    name text primary key,
    span interval not null
);
comment on table series is 'The raw tables, and how much time one partition or chunk holds.';

-- Only the preloaded library defines its settings. The list of preloaded libraries would tell it
-- too, but only to privileged users, and any owner of a database may create the extension.
create function timescale_usable() returns boolean language sql stable as $$
    select exists (select from pg_extension where extname = 'timescaledb')
        or (exists (select from pg_available_extensions where name = 'timescaledb')
            and exists (select from pg_settings
                        where name = 'timescaledb.max_background_workers'))
$$;

create function make_series(series_name text, columns text, span interval, key text)
returns void language plpgsql as $$
begin
    if timescale_usable() then
        create extension if not exists timescaledb;
        execute format('create table %I (%s)', series_name, columns);
        execute format(
            'select create_hypertable(%L, by_range(%L, %L::interval), create_default_indexes => false)',
            series_name, 'time', span::text);
    else
        execute format('create table %I (%s) partition by range (time)', series_name, columns);
    end if;
    execute format('create index on %I (%s)', series_name, key);
    insert into series values (series_name, span);
end
$$;

-- Adds the partition of [from_time, to_time) unless it is there, or the table is a hypertable and
-- makes its own. The table is made alone and then attached: that blocks neither readers nor writers
-- of the parent, only other attachers.
create function add_partition(series_name text, from_time timestamptz, to_time timestamptz)
returns boolean language plpgsql as $$
declare
    partition_name text := series_name || to_char(from_time at time zone 'UTC', '_YYYYMMDD');
begin
    if not exists (select from pg_partitioned_table
                   where partrelid = to_regclass(quote_ident(series_name))) then
        return false;
    end if;
    perform pg_advisory_xact_lock(x'67570002'::bigint);  -- locks.PARTITION
    if to_regclass(quote_ident(partition_name)) is not null then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints)',
                   partition_name, series_name);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                   series_name, partition_name, from_time, to_time);
    return true;
end
$$;

select make_series('readings', '
    time     timestamptz not null,
    device   int not null,
    quantity smallint not null,
    value    float8 not null,
    received timestamptz not null
', '1 day', 'device, quantity, time');

select make_series('swipes', '
    time      timestamptz not null,
    reader    int not null,
    person    bigint not null,
    direction smallint not null,
    granted   boolean not null,
    received  timestamptz not null
', '7 days', 'reader, time');
comment on column swipes.person is 'Keyed 63-bit hash of the card; the card itself is stored nowhere.';
comment on column swipes.direction is '0 unknown, 1 in, 2 out';

select make_series('detections', '
    time     timestamptz not null,
    device   int not null,
    kind     text not null,
    zone     text not null,
    score    real not null,
    box      real[],
    snapshot bytea,
    received timestamptz not null
', '7 days', 'device, time');
comment on column detections.box is 'Left, top, width, height as shares of the frame.';

select make_series('device_states', '
    time     timestamptz not null,
    device   int not null,
    state    text not null,
    detail   jsonb not null,
    received timestamptz not null
', '7 days', 'device, time');

-- What was committed ---------------------------------------------------------------------------

create table batches (
    agent    text not null,
    epoch    bigint not null,
    seq      bigint not null,
    received timestamptz not null,
    items    int not null,
    refused  int not null,
    primary key (agent, epoch, seq)
);
comment on table batches is
    'Identities already committed: a batch that comes again is acknowledged and dropped. '
    'items = rows stored + refused (dead-lettered). Single messages of simple devices stand '
    'here too, under the device''s name.';

create table feed (
    position bigint generated always as identity primary key,
    received timestamptz not null,
    payload  bytea not null
);
-- Packed columns hardly compress and are read back within milliseconds.
alter table feed alter column payload set storage external;

create table dead_letters (
    id       bigint generated always as identity primary key,
    received timestamptz not null,
    topic    text not null,
    reason   text not null,
    items    int not null default 1,
    payload  bytea not null
);
comment on table dead_letters is
    'What could not be stored and why: a whole message, or the items of a batch that broke one rule '
    '(then as JSON). `items` counts them as far as they could be told apart.';

create table counters (
    name  text primary key,
    value bigint not null
);
comment on table counters is 'What housekeeping threw away, counted, so that nothing vanishes unseen.';

-- Who reports, who works -------------------------------------------------------------------------

create table agents (
    name     text primary key,
    site     text not null,
    online   boolean not null,
    reported timestamptz not null,
    state    jsonb not null
);
comment on column agents.reported is 'Receipt time of the last state that the agent or its will sent.';

create table workers (
    name    text primary key,
    kind    text not null,
    started timestamptz not null,
    beat    timestamptz not null,
    state   jsonb not null default '{}'
);
comment on table workers is 'One row per running process; a beat older than a minute means it is gone.';

-- Views for dashboards and people ------------------------------------------------------------------

create view reading_log as
select r.time, d.name as device, q.name as quantity, r.value, r.received
from readings r
join devices d on d.id = r.device
join quantities q on q.id = r.quantity;

create view swipe_log as
select s.time, d.name as reader, s.person,
       (array['unknown', 'in', 'out'])[s.direction + 1] as direction, s.granted, s.received
from swipes s
join devices d on d.id = s.reader;

create view detection_log as
select e.time, d.name as device, e.kind, e.zone, e.score, e.box,
       e.snapshot is not null as has_snapshot, e.received
from detections e
join devices d on d.id = e.device;

create view device_state_log as
select s.time, d.name as device, s.state, s.detail, s.received
from device_states s
join devices d on d.id = s.device;
